import type { ExportAuditEventsRequest, ExportAuditEventsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export function exportAuditEvents(
  _context: AuthContext,
  _request: ExportAuditEventsRequest,
  _call: Call,
): AsyncIterable<ExportAuditEventsResponse> {
  throw new Error('not built yet');
}
