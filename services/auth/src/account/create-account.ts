import { randomUUID } from 'node:crypto';
import type { Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { provisionUser } from '../outbox/events.js';
import { requireSafePassword } from '../password/password-policy.js';
import { authReasons } from '../reasons.js';
import { USER } from '../role/roles.js';
import type { AccountRow } from './account.store.js';
import { emailKey } from './email-key.js';

/** Who asks for an account, and with what. */
export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  /** Roles besides `user`. */
  readonly roles?: readonly string[];
}

/**
 * Makes an account: it, its roles, the word to the directory and the audit event, all or nothing.
 *
 * @throws AppError PASSWORD_REFUSED, HASH_QUEUE_FULL, EMAIL_TAKEN
 */
export async function createAccount(
  { database, accounts, roles, passwords, outbox, audit }: AuthContext,
  { email, password, displayName, roles: more = [] }: NewAccount,
  origin: Origin,
  signal?: AbortSignal,
): Promise<AccountRow> {
  requireSafePassword(password, { email, displayName }, 'password');
  const passwordHash = await passwords.hash(password, signal);
  const id = randomUUID();
  const granted = [...new Set([USER, ...more])].sort();
  const createTime = await database.transaction(async (tx) => {
    const created = await accounts.insert(tx, { id, email, emailKey: emailKey(email), passwordHash });
    if (!created) return undefined;
    for (const role of granted) await roles.grant(tx, id, role);
    await outbox.append(tx, provisionUser({ id, email, displayName, createTime: created }));
    await audit.append(tx, { origin, actor: id, target: id, outcome: 'OK' });
    return created;
  });
  if (!createTime) return audit.refuse(database.sql, origin, authReasons.EMAIL_TAKEN());
  return { id, email, roles: granted, createTime };
}
