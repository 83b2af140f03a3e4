import type { ResetPasswordRequest, ResetPasswordResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { mailEvent } from '../mail/mail-event.js';
import { requireSafePassword } from '../password/password-policy.js';
import { authReasons } from '../reasons.js';
import { endSignIns } from './end-sign-ins.js';

const PURPOSE = 'password_reset';

/**
 * Sets a new password with the code of a mail and ends every sign-in; begins none, so that whatever else signing
 * in asks for is asked. Identities that are not the mailbox's own are unlinked, and API keys revoked that were made
 * before anybody had verified the address: whoever had the account before its owner came has no way back in. A password
 * that is refused does not use the code up.
 *
 * @throws AppError CODE_INVALID, TOO_MANY_ATTEMPTS, PASSWORD_REFUSED, HASH_QUEUE_FULL
 */
export async function resetPassword(
  context: AuthContext,
  { code, newPassword }: ResetPasswordRequest,
  call: Call,
): Promise<ResetPasswordResponse> {
  const { database, accounts, apiKeys, identities, codes, oneTimeCodes, passwords, outbox, audit, limits } =
    context;
  const origin = originOf(call);
  const { hash } = oneTimeCodes.presented(code);
  const owner = await codes.ownerOf(database.sql, PURPOSE, hash);
  const refuse = () => audit.refuse(database.sql, origin, authReasons.CODE_INVALID(), owner?.accountId);
  if (!owner) {
    await limits.count('unknownCredential', call.clientAddress);
    return refuse();
  }
  const { accountId, email } = owner;
  await requireSafePassword(newPassword, { email }, 'new_password');
  const passwordHash = await passwords.hash(newPassword, call.signal);

  const done = await database.transaction(async (tx) => {
    // The account before what belongs to it, as everyone who locks both.
    await accounts.lock(tx, accountId);
    if (!(await codes.use(tx, PURPOSE, hash))) return false;
    const unlinked = await identities.deleteForeign(tx, accountId);
    if (unlinked > 0) await outbox.append(tx, mailEvent('identity_unlinked', accountId));
    await apiKeys.revokeForeign(tx, accountId);
    await accounts.resetPassword(tx, accountId, passwordHash);
    await endSignIns(context, tx, accountId);
    // Whoever reads the account's mail gets past what a stranger's failures have closed.
    await limits.signIn(email, call.clientAddress).remember(tx, accountId);
    await outbox.append(tx, mailEvent('password_changed', accountId));
    await audit.append(tx, { origin, actor: accountId, target: accountId, outcome: 'OK' });
    return true;
  });
  return done ? {} : refuse();
}
