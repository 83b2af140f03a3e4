import type { ListSessionsRequest, ListSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function listSessions(
  _context: AuthContext,
  _request: ListSessionsRequest,
  _call: Call,
): Promise<ListSessionsResponse> {
  throw new Error('not built yet');
}
