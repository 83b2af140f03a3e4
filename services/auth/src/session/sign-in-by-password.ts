import { provePassword, refusePassword, type PasswordProof } from '../account/prove-password.js';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { readIssue } from '../token/sign-in.js';
import { beginSession, type BegunSession } from './begin-session.js';

/**
 * Begins a session with a password.
 *
 * @throws AppError CREDENTIALS_INVALID, TOO_MANY_ATTEMPTS, HASH_QUEUE_FULL
 */
export async function signInByPassword(
  context: AuthContext,
  proof: PasswordProof,
  caller: Caller,
): Promise<BegunSession> {
  const account = await provePassword(context, proof, caller);
  const begun = await context.database.transaction(async (tx) => {
    const issue = await readIssue(context, tx, account.id);
    // The password may have changed, or the account gone, while the hash was computed.
    if (issue?.facts.passwordVersion !== account.passwordVersion) return undefined;
    return beginSession(context, tx, account.id, caller);
  });
  return begun ?? refusePassword(context, caller, account.id);
}
