import type { RecordAuditEventsRequest, RecordAuditEventsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function recordAuditEvents(
  _context: AuthContext,
  _request: RecordAuditEventsRequest,
  _call: Call,
): Promise<RecordAuditEventsResponse> {
  throw new Error('not built yet');
}
