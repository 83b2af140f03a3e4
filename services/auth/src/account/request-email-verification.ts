import type {
  RequestEmailVerificationRequest,
  RequestEmailVerificationResponse,
} from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';

/**
 * Has a mail with a code sent to the caller's address. One that is verified already needs none, and one that was mailed
 * often gets none: whoever made the account need not be whom the mail reaches.
 *
 * @throws AppError ACCOUNT_UNKNOWN when it was erased while its access token is still good
 */
export async function requestEmailVerification(
  { database, accounts, outbox, audit, limits }: AuthContext,
  _request: RequestEmailVerificationRequest,
  call: Call,
): Promise<RequestEmailVerificationResponse> {
  const origin = originOf(call);
  const { subject } = call.principal;
  const account = await accounts.find(database.sql, subject);
  if (!account) return audit.refuse(database.sql, origin, authReasons.ACCOUNT_UNKNOWN(), subject);
  const mayMail = account.emailVerified || (await limits.mayMail('address', account.email));
  const outcome = mayMail ? 'OK' : authReasons.TOO_MANY_ATTEMPTS.reason;
  await database.transaction(async (tx) => {
    if (mayMail && !account.emailVerified) await outbox.append(tx, mailEvent('email_verification', subject));
    await audit.append(tx, { origin, target: subject, outcome });
  });
  return {};
}
