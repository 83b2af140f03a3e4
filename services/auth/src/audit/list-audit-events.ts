import type { ListAuditEventsRequest, ListAuditEventsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function listAuditEvents(
  _context: AuthContext,
  _request: ListAuditEventsRequest,
  _call: Call,
): Promise<ListAuditEventsResponse> {
  throw new Error('not built yet');
}
