import type { RequestPasswordResetRequest, RequestPasswordResetResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import { emailKey } from './email-key.js';

/**
 * Has a mail with a code sent. An unknown address gets the same answer for the same work: one read, one mail in
 * the outbox, which is to nobody then, and one audit event. So does an account that was mailed often. Whatever else
 * happens does after the answer.
 *
 * @throws AppError TOO_MANY_ATTEMPTS
 */
export async function requestPasswordReset(
  { database, accounts, outbox, audit, limits }: AuthContext,
  { email }: RequestPasswordResetRequest,
  call: Call,
): Promise<RequestPasswordResetResponse> {
  const origin = originOf(call);
  await limits.count('resetRequest', call.clientAddress);
  const mayMail = await limits.mayMail('password_reset', email);
  const account = await accounts.findByEmailKey(database.sql, emailKey(email));
  const outcome = !account
    ? authReasons.ACCOUNT_UNKNOWN.reason
    : mayMail
      ? 'OK'
      : authReasons.TOO_MANY_ATTEMPTS.reason;
  await database.transaction(async (tx) => {
    await outbox.append(tx, mailEvent('password_reset', mayMail ? account?.id : undefined));
    await audit.append(tx, { origin, target: account?.id, outcome });
  });
  return {};
}
