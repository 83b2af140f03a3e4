import {
  AuditServiceService,
  type AuditEvent,
  type RecordAuditEventsRequest,
  type RecordAuditEventsResponse,
} from '@gatehouse/contracts/auth';
import { status, type sendUnaryData, type Server, type ServerUnaryCall } from '@grpc/grpc-js';

/** The part of auth that takes audit events from other services, for `startSpecIssuer({ extend })`. */
export class SpecAuditSink {
  /** What arrived, each event once. */
  readonly events: AuditEvent[] = [];
  /** Whether it answers that it is away. */
  isAway = false;
  /** Whether the answer to a call gets lost after its events arrived. */
  losesAnswers = false;

  addTo(server: Server): void {
    const absent = (_call: unknown, callback: sendUnaryData<never>) =>
      callback({ code: status.UNIMPLEMENTED, details: 'not part of the spec' });
    server.addService(AuditServiceService, {
      listAuditEvents: absent,
      exportAuditEvents: (call: { destroy(): void }) => call.destroy(),
      recordAuditEvents: (
        { request }: ServerUnaryCall<RecordAuditEventsRequest, RecordAuditEventsResponse>,
        callback: sendUnaryData<RecordAuditEventsResponse>,
      ) => {
        if (this.isAway) return callback({ code: status.UNAVAILABLE, details: 'away' });
        const known = new Set(this.events.map(({ id }) => id));
        this.events.push(...request.auditEvents.filter(({ id }) => !known.has(id)));
        if (this.losesAnswers) return callback({ code: status.UNAVAILABLE, details: 'lost' });
        callback(null, {});
      },
    });
  }
}
