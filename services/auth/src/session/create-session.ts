import type { CreateSessionRequest, CreateSessionResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { callerOf } from '../caller.js';
import { signInByPassword } from './sign-in-by-password.js';
import { toSession } from './to-session.js';

/**
 * Begins a session with a password.
 *
 * @throws AppError CREDENTIALS_INVALID, TOO_MANY_ATTEMPTS, HASH_QUEUE_FULL
 */
export async function createSession(
  context: AuthContext,
  request: CreateSessionRequest,
  call: Call,
): Promise<CreateSessionResponse> {
  const { row, secret } = await signInByPassword(context, request, callerOf(call));
  return { session: toSession(row, row.id), sessionSecret: secret.text };
}
