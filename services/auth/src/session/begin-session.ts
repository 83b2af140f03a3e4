import { randomUUID } from 'node:crypto';
import type { Sql } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { newSessionSecret, type SessionSecret } from './session-secret.js';
import type { SessionRow } from './session.store.js';

/** A session that begins, and what the browser holds of it. */
export interface BegunSession {
  readonly row: SessionRow;
  readonly secret: SessionSecret;
}

/** The identity that somebody signed in with. */
export interface SignedInWith {
  readonly id: string;
  /** When the person proved at the provider who they are, in seconds since the epoch, if that is known. */
  readonly authTime: number | undefined;
}

/**
 * Begins a session of an account in a transaction of the caller's, which holds the account's lock. Its secret is always
 * new: whatever the browser held before, nobody who planted it there is signed in by this (session fixation).
 *
 * @param identity what the person signed in with, unless it was a password
 */
export async function beginSession(
  { sessions, audit }: AuthContext,
  tx: Sql,
  accountId: string,
  { origin, device, address }: Caller,
  identity?: SignedInWith,
): Promise<BegunSession> {
  const secret = newSessionSecret();
  await audit.append(tx, { origin, actor: accountId, target: accountId, outcome: 'OK' });
  const row = await sessions.begin(tx, {
    id: randomUUID(),
    accountId,
    hash: secret.hash,
    device,
    address,
    authTime: identity?.authTime,
    identityId: identity?.id,
  });
  return { row, secret };
}
