import type { ChangePasswordRequest, ChangePasswordResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { grantRevocations } from '../grant/grant-revocations.js';
import { mailEvent } from '../mail/mail-event.js';
import { requireSafePassword } from '../password/password-policy.js';
import { authReasons } from '../reasons.js';

/**
 * Replaces the password, ends every session and token family but the one that asks and every grant, and says so by mail.
 *
 * @throws AppError CREDENTIALS_INVALID when the current password is wrong, PASSWORD_NOT_SET, TOO_MANY_ATTEMPTS,
 *   PASSWORD_REFUSED, HASH_QUEUE_FULL
 */
export async function changePassword(
  {
    database,
    accounts,
    sessionEnds,
    grants,
    codes,
    passwords,
    revocations,
    outbox,
    audit,
    limits,
  }: AuthContext,
  request: ChangePasswordRequest,
  call: Call,
): Promise<ChangePasswordResponse> {
  const origin = originOf(call);
  const { subject, sessionId } = call.principal;
  const refuse = (error = authReasons.CREDENTIALS_INVALID({ message: WRONG })) =>
    audit.refuse(database.sql, origin, error, subject);

  const account = await accounts.findCredentials(database.sql, subject);
  if (!account) return refuse();
  if (account.passwordHash === undefined) return refuse(authReasons.PASSWORD_NOT_SET());
  const attempt = limits.signIn(account.email, call.clientAddress);
  await attempt.requireAllowed();
  const { matches } = await passwords.verify(
    account.passwordHash,
    request.currentPassword,
    call.signal,
    (compare) => attempt.judge(compare),
  );
  if (!matches) return refuse();
  await requireSafePassword(request.newPassword, account, 'new_password');
  const passwordHash = await passwords.hash(request.newPassword, call.signal);

  const changed = await database.transaction(async (tx) => {
    await accounts.lock(tx, subject);
    if (!(await accounts.changePassword(tx, subject, account.passwordVersion, passwordHash))) return false;
    const ended = await sessionEnds.endAll(tx, subject, sessionId);
    await revocations.append(tx, ended.revocations);
    await revocations.append(tx, grantRevocations(await grants.endAll(tx, subject)));
    await codes.end(tx, subject, 'password_reset');
    await outbox.append(tx, mailEvent('password_changed', subject));
    await audit.append(tx, { origin, target: subject, outcome: 'OK' });
    return true;
  });
  return changed ? {} : refuse();
}

const WRONG = 'the current password is wrong';
