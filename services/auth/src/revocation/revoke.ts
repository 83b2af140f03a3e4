import type { RevokeRequest, RevokeResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function revoke(
  _context: AuthContext,
  _request: RevokeRequest,
  _call: Call,
): Promise<RevokeResponse> {
  throw new Error('not built yet');
}
