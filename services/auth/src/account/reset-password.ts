import type { ResetPasswordRequest, ResetPasswordResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function resetPassword(
  _context: AuthContext,
  _request: ResetPasswordRequest,
  _call: Call,
): Promise<ResetPasswordResponse> {
  throw new Error('not built yet');
}
