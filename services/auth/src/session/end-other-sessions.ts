import type { EndOtherSessionsRequest, EndOtherSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function endOtherSessions(
  _context: AuthContext,
  _request: EndOtherSessionsRequest,
  _call: Call,
): Promise<EndOtherSessionsResponse> {
  throw new Error('not built yet');
}
