import type { RevokeTokenRequest, RevokeTokenResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function revokeToken(
  _context: AuthContext,
  _request: RevokeTokenRequest,
  _call: Call,
): Promise<RevokeTokenResponse> {
  throw new Error('not built yet');
}
