import type { VerifyEmailRequest, VerifyEmailResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function verifyEmail(
  _context: AuthContext,
  _request: VerifyEmailRequest,
  _call: Call,
): Promise<VerifyEmailResponse> {
  throw new Error('not built yet');
}
