import { randomUUID } from 'node:crypto';
import type { Sql } from '@gatehouse/postgres';
import type { Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import { USER } from '../role/roles.js';
import type { AccountRow } from './account.store.js';
import { hashNewPassword, insertAccount, type NewAccount } from './create-account.js';
import { emailKey } from './email-key.js';

/**
 * Makes an account whose address must be verified before it can sign in, and answers the same, for the same work,
 * when the address has one already: only whoever reads its mail learns which of the two it was, a few times an hour.
 *
 * @throws AppError PASSWORD_REFUSED, HASH_QUEUE_FULL
 */
export async function registerInPrivate(
  context: AuthContext,
  account: NewAccount,
  origin: Origin,
  signal?: AbortSignal,
): Promise<AccountRow> {
  const passwordHash = await hashNewPassword(context, account, signal);
  const mayMail = await context.limits.mayMail('address', account.email);
  return context.database.transaction(async (tx) => {
    const created = await insertAccount(context, tx, account, passwordHash, origin);
    if (!created) return pretend(context, tx, account, mayMail, origin);
    await context.outbox.append(tx, mailEvent('email_verification', created.id));
    return created;
  });
}

/** As many statements as a new account takes: the mail to nobody stands for the word to the directory. */
async function pretend(
  { accounts, outbox, audit }: AuthContext,
  tx: Sql,
  { email }: NewAccount,
  mayMail: boolean,
  origin: Origin,
): Promise<AccountRow> {
  const taken = await accounts.findByEmailKey(tx, emailKey(email));
  await outbox.append(tx, mailEvent('account_exists', undefined));
  const { reason: outcome } = mayMail ? authReasons.EMAIL_TAKEN : authReasons.TOO_MANY_ATTEMPTS;
  await audit.append(tx, { origin, target: taken?.id, outcome });
  await outbox.append(tx, mailEvent('account_exists', mayMail ? taken?.id : undefined));
  return {
    id: randomUUID(),
    email,
    roles: [USER],
    createTime: new Date(),
    emailVerified: false,
    passwordSet: true,
  };
}
