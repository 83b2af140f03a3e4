import type { RegisterRequest, RegisterResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { createAccount } from './create-account.js';
import { toAccount } from './get-account.js';

/** @throws AppError PASSWORD_REFUSED, HASH_QUEUE_FULL, EMAIL_TAKEN */
export async function register(
  context: AuthContext,
  request: RegisterRequest,
  call: Call,
): Promise<RegisterResponse> {
  const { email, password, displayName } = request;
  const account = await createAccount(context, { email, password, displayName }, originOf(call), call.signal);
  return { account: toAccount(account) };
}
