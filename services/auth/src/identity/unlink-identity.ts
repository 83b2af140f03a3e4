import type { UnlinkIdentityRequest, UnlinkIdentityResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { mailEvent } from '../mail/mail-event.js';
import { authReasons } from '../reasons.js';
import { toIdentity } from './to-identity.js';

/**
 * Unlinks an identity, ends every session and token family but the one that asks, as some may have begun with it, and
 * says so by mail. The account's lock lets one at a time look whether a way in is left.
 *
 * @throws AppError IDENTITY_UNKNOWN, also for another's, LAST_WAY_IN
 */
export async function unlinkIdentity(
  context: AuthContext,
  { id }: UnlinkIdentityRequest,
  call: Call,
): Promise<UnlinkIdentityResponse> {
  const { database, accounts, identities, sessions, revocations, outbox, audit } = context;
  const origin = originOf(call);
  const { subject, sessionId } = call.principal;
  try {
    return await database.transaction(async (tx) => {
      await accounts.lock(tx, subject);
      const row = await identities.delete(tx, subject, id);
      if (!row) throw authReasons.IDENTITY_UNKNOWN();
      if (!(await identities.hasWayIn(tx, subject))) throw authReasons.LAST_WAY_IN();
      await revocations.append(tx, await sessions.endAll(tx, subject, sessionId));
      await outbox.append(tx, mailEvent('identity_unlinked', subject));
      await audit.append(tx, { origin, target: subject, outcome: 'OK' });
      return { identity: toIdentity(context, row) };
    });
  } catch (error) {
    // The transaction is gone and its event with it; the refusal is recorded on its own.
    if (error instanceof AppError && error.domain === authReasons.LAST_WAY_IN.domain) {
      return audit.refuse(database.sql, origin, error, subject);
    }
    throw error;
  }
}
