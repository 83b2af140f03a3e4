import {
  AuditServiceService,
  type ExportAuditEventsRequest,
  type ListAuditEventsRequest,
  type RecordAuditEventsRequest,
} from '@gatehouse/contracts/auth';
import { Call, RpcController, type RpcHandlers } from '@gatehouse/grpc';
import { AuthContext } from '../auth-context.js';
import { exportAuditEvents } from './export-audit-events.js';
import { listAuditEvents } from './list-audit-events.js';
import { recordAuditEvents } from './record-audit-events.js';

/** The gRPC edge of AuditService. */
@RpcController(AuditServiceService)
export class AuditController implements RpcHandlers<typeof AuditServiceService> {
  constructor(private readonly context: AuthContext) {}

  listAuditEvents(request: ListAuditEventsRequest) {
    return listAuditEvents(this.context, request);
  }

  exportAuditEvents(request: ExportAuditEventsRequest, call: Call) {
    return exportAuditEvents(this.context, request, call);
  }

  recordAuditEvents(request: RecordAuditEventsRequest, call: Call) {
    return recordAuditEvents(this.context, request, call);
  }
}
