import { AppError } from '@gatehouse/errors';
import type { AuthContext } from '../auth-context.js';
import type { Caller } from '../caller.js';
import { grantRevocations } from '../grant/grant-revocations.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import type { IdentityRow } from './identity.store.js';

/** Who unlinks what. */
export interface Unlinking {
  readonly accountId: string;
  /** The identity. */
  readonly id: string;
  /** The sign-in that asks, which goes on. */
  readonly sessionId: string | undefined;
}

/**
 * Unlinks an identity, ends every session and token family but the one that asks, as some may have begun with it, and the
 * grants that were given with it, and says so by mail. The account's lock lets one at a time look whether a way in is left.
 *
 * @throws AppError IDENTITY_UNKNOWN, also for another's, LAST_WAY_IN
 */
export async function unlink(
  { database, accounts, identities, sessionEnds, grants, revocations, outbox, audit }: AuthContext,
  { accountId, id, sessionId }: Unlinking,
  { origin }: Caller,
): Promise<IdentityRow> {
  try {
    return await database.transaction(async (tx) => {
      await accounts.lock(tx, accountId);
      const given = await grants.endOfIdentity(tx, accountId, id);
      const row = await identities.delete(tx, accountId, id);
      if (!row) throw authReasons.IDENTITY_UNKNOWN();
      if (!(await identities.hasWayIn(tx, accountId))) throw authReasons.LAST_WAY_IN();
      const ended = await sessionEnds.endAll(tx, accountId, sessionId);
      await revocations.append(tx, [...ended.revocations, ...grantRevocations(given)]);
      await outbox.append(tx, mailEvent('identity_unlinked', accountId));
      await audit.append(tx, { origin, target: accountId, outcome: 'OK' });
      return row;
    });
  } catch (error) {
    // The transaction is gone and its event with it; the refusal is recorded on its own.
    if (error instanceof AppError && error.domain === authReasons.LAST_WAY_IN.domain) {
      return audit.refuse(database.sql, origin, error, accountId);
    }
    throw error;
  }
}
