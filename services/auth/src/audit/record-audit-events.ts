import type { RecordAuditEventsRequest, RecordAuditEventsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { readRecordedEvents } from './recorded-events.js';

/**
 * Adds what a service saw, in its name, whatever the events say themselves.
 *
 * @throws AppError FIELD_INVALID
 */
export async function recordAuditEvents(
  { database, audit }: AuthContext,
  { auditEvents }: RecordAuditEventsRequest,
  { principal }: Call,
): Promise<RecordAuditEventsResponse> {
  await audit.record(database.sql, principal.clientId, readRecordedEvents(auditEvents));
  return {};
}
