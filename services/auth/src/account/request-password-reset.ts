import type { RequestPasswordResetRequest, RequestPasswordResetResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function requestPasswordReset(
  _context: AuthContext,
  _request: RequestPasswordResetRequest,
  _call: Call,
): Promise<RequestPasswordResetResponse> {
  throw new Error('not built yet');
}
