import type { ExportAuditEventsRequest, ExportAuditEventsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { originOf } from './audit-event.store.js';
import { exportPages } from './export-pages.js';

/**
 * Streams the chain from a place to where it ends now, as fast as the caller reads. A stream may be cut off, at the
 * latest when its access token ends: whoever exports more goes on with the `sequence` of the last event that arrived.
 */
export async function* exportAuditEvents(
  { database, audit, auditLinks }: AuthContext,
  { afterSequence }: ExportAuditEventsRequest,
  call: Call,
): AsyncIterable<ExportAuditEventsResponse> {
  // An export that is not recorded does not begin.
  await audit.append(database.sql, { origin: originOf(call), outcome: 'OK' });
  for await (const page of exportPages(database.sql, auditLinks, afterSequence)) {
    for (const auditEvent of page) {
      call.signal.throwIfAborted();
      yield { auditEvent };
    }
  }
}
