import { randomUUID } from 'node:crypto';
import type { Sql } from '@gatehouse/postgres';
import type { Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { provisionUser } from '../outbox/events.js';
import { requireSafePassword } from '../password/password-policy.js';
import { authReasons } from '../reasons.js';
import { USER } from '../role/roles.js';
import type { AccountRow } from './account.store.js';
import { emailKey } from './email-key.js';

/** Who gets an account. */
export interface NewOwner {
  readonly email: string;
  readonly displayName: string;
  /** Roles besides `user`. */
  readonly roles?: readonly string[];
  /** Whether somebody vouches for the address. */
  readonly emailVerified?: boolean;
}

/** Who asks for an account, and with what. */
export interface NewAccount extends NewOwner {
  readonly password: string;
}

/**
 * Makes an account: it, its roles, the word to the directory and the audit event, all or nothing.
 *
 * @throws AppError PASSWORD_REFUSED, HASH_QUEUE_FULL, EMAIL_TAKEN
 */
export async function createAccount(
  context: AuthContext,
  account: NewAccount,
  origin: Origin,
  signal?: AbortSignal,
): Promise<AccountRow> {
  const { database, audit } = context;
  const passwordHash = await hashNewPassword(context, account, signal);
  const created = await database.transaction((tx) =>
    insertAccount(context, tx, account, passwordHash, origin),
  );
  return created ?? audit.refuse(database.sql, origin, authReasons.EMAIL_TAKEN());
}

/** @throws AppError PASSWORD_REFUSED, HASH_QUEUE_FULL */
export async function hashNewPassword(
  { passwords }: AuthContext,
  { email, password, displayName }: NewAccount,
  signal?: AbortSignal,
): Promise<string> {
  await requireSafePassword(password, { email, displayName }, 'password');
  return passwords.hash(password, signal);
}

/**
 * Writes all that an account begins with.
 *
 * @param passwordHash undefined for an account without a password
 * @returns undefined, and nothing written, when the address is taken
 */
export async function insertAccount(
  { accounts, roles, outbox, audit }: AuthContext,
  tx: Sql,
  { email, displayName, roles: more = [], emailVerified = false }: NewOwner,
  passwordHash: string | undefined,
  origin: Origin,
): Promise<AccountRow | undefined> {
  const id = randomUUID();
  const granted = [...new Set([USER, ...more])].sort();
  const fields = { id, email, emailKey: emailKey(email), passwordHash, emailVerified };
  const createTime = await accounts.insert(tx, fields);
  if (!createTime) return undefined;
  for (const role of granted) await roles.grant(tx, id, role);
  await outbox.append(tx, provisionUser({ id, email, displayName, createTime }));
  await audit.append(tx, { origin, actor: id, target: id, outcome: 'OK' });
  return { id, email, roles: granted, createTime, emailVerified, passwordSet: passwordHash !== undefined };
}
