import type {
  RequestEmailVerificationRequest,
  RequestEmailVerificationResponse,
} from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';

export async function requestEmailVerification(
  _context: AuthContext,
  _request: RequestEmailVerificationRequest,
  _call: Call,
): Promise<RequestEmailVerificationResponse> {
  throw new Error('not built yet');
}
