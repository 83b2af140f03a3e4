import type { EndSubjectSessionsRequest, EndSubjectSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function endSubjectSessions(
  _context: AuthContext,
  _request: EndSubjectSessionsRequest,
  _call: Call,
): Promise<EndSubjectSessionsResponse> {
  throw new Error('not built yet');
}
