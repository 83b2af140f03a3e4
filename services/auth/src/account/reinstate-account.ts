import type { ReinstateAccountRequest, ReinstateAccountResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function reinstateAccount(
  _context: AuthContext,
  _request: ReinstateAccountRequest,
  _call: Call,
): Promise<ReinstateAccountResponse> {
  throw new Error('not built yet');
}
