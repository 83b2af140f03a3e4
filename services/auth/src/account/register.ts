import type { RegisterRequest, RegisterResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { createAccount } from './create-account.js';
import { toAccount } from './get-account.js';
import { registerInPrivate } from './register-in-private.js';

/**
 * Where addresses must be verified, a taken one is answered as a free one.
 *
 * @throws AppError TOO_MANY_ATTEMPTS, PASSWORD_REFUSED, HASH_QUEUE_FULL; EMAIL_TAKEN where addresses need not be
 *   verified
 */
export async function register(
  context: AuthContext,
  request: RegisterRequest,
  call: Call,
): Promise<RegisterResponse> {
  const { email, password, displayName } = request;
  await context.limits.count('register', call.clientAddress);
  const make = context.requiresVerifiedEmail ? registerInPrivate : createAccount;
  const account = await make(context, { email, password, displayName }, originOf(call), call.signal);
  return { account: toAccount(account) };
}
