import type { VerifyEmailRequest, VerifyEmailResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { callerOf } from '../caller.js';
import { verifyByCode } from './verify-by-code.js';

/** @throws AppError CODE_INVALID, TOO_MANY_ATTEMPTS */
export async function verifyEmail(
  context: AuthContext,
  { code }: VerifyEmailRequest,
  call: Call,
): Promise<VerifyEmailResponse> {
  await verifyByCode(context, code, callerOf(call));
  return {};
}
