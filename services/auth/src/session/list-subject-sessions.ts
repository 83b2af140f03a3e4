import type { ListSubjectSessionsRequest, ListSubjectSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function listSubjectSessions(
  _context: AuthContext,
  _request: ListSubjectSessionsRequest,
  _call: Call,
): Promise<ListSubjectSessionsResponse> {
  throw new Error('not built yet');
}
