import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { authReasons } from '../reasons.js';
import type { Credentials } from './account.store.js';
import { emailKey } from './email-key.js';

/** Whoever signs in with a password says this. */
export interface PasswordProof {
  readonly email: string;
  readonly password: string;
}

/** An account whose password was shown. */
export interface ProvenAccount {
  readonly id: string;
  /** The password that was shown. Whoever issues anything for it checks in that transaction that it stands. */
  readonly passwordVersion: number;
}

/**
 * Checks the password of a sign-in, the one place that does. An unknown account costs what a wrong password costs:
 * the same limits, one read, one hash, one event.
 *
 * @throws AppError CREDENTIALS_INVALID, TOO_MANY_ATTEMPTS, HASH_QUEUE_FULL
 */
export async function provePassword(
  context: AuthContext,
  { email, password }: PasswordProof,
  caller: Caller,
): Promise<ProvenAccount> {
  const { database, accounts, passwords, limits } = context;
  const attempt = limits.signIn(email, caller.address);
  await attempt.requireAllowed();
  const account = await accounts.findByEmailKey(database.sql, emailKey(email));
  const { matches, outdated } = await passwords.verify(
    account?.passwordHash,
    password,
    caller.signal,
    (compare) => attempt.judge(compare),
  );
  if (!account || !matches) return refusePassword(context, caller, account?.id);
  await attempt.remember(database.sql, account.id);
  if (outdated) {
    // The sign-in stands: what fails here is tried again at the next one.
    await renewHash(context, account, password, caller).catch((error: unknown) => {
      caller.log.warn({ error, request_id: caller.origin.requestId }, 'password hash not renewed');
    });
  }
  return { id: account.id, passwordVersion: account.passwordVersion };
}

/**
 * Records that a password was not enough and refuses, in the words that fit every cause.
 *
 * @throws AppError CREDENTIALS_INVALID, always
 */
export function refusePassword(
  { database, audit }: AuthContext,
  { origin }: Caller,
  accountId: string | undefined,
): Promise<never> {
  return audit.refuse(database.sql, origin, authReasons.CREDENTIALS_INVALID(), accountId);
}

async function renewHash(
  { database, accounts, passwords }: AuthContext,
  { id, passwordVersion }: Credentials,
  password: string,
  { signal }: Caller,
): Promise<void> {
  const passwordHash = await passwords.hash(password, signal);
  await accounts.rehashPassword(database.sql, id, passwordVersion, passwordHash);
}
