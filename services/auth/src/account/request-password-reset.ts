import type { RequestPasswordResetRequest, RequestPasswordResetResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import { emailKey } from './email-key.js';

/**
 * Has a mail with a code sent. An unknown address gets the same answer for the same work: one read, one mail in
 * the outbox, which is to nobody then, and one audit event. Whatever else happens does after the answer.
 */
export async function requestPasswordReset(
  { database, accounts, outbox, audit }: AuthContext,
  { email }: RequestPasswordResetRequest,
  call: Call,
): Promise<RequestPasswordResetResponse> {
  const origin = originOf(call);
  const account = await accounts.findByEmailKey(database.sql, emailKey(email));
  const outcome = account ? 'OK' : authReasons.ACCOUNT_UNKNOWN.reason;
  await database.transaction(async (tx) => {
    await outbox.append(tx, mailEvent('password_reset', account?.id));
    await audit.append(tx, { origin, target: account?.id, outcome });
  });
  return {};
}
