import type { EndSessionRequest, EndSessionResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function endSession(
  _context: AuthContext,
  _request: EndSessionRequest,
  _call: Call,
): Promise<EndSessionResponse> {
  throw new Error('not built yet');
}
