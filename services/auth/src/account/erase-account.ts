import type { EraseAccountRequest, EraseAccountResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import type { Sql } from '@gatehouse/postgres';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { eraseSubject, eraseUser } from '../outbox/events.js';
import { authReasons } from '../reasons.js';
import { revokeSubject } from './revoke-subject.js';

/** Rows that one statement deletes, far below the statement timeout. */
const BATCH = 10_000;

/**
 * Deletes an account with all that belongs to it, revokes its access tokens, and has the other services follow.
 * The audit event names the principal at whose word the service asks.
 *
 * @throws AppError LAST_ADMIN
 */
export async function eraseAccount(
  context: AuthContext,
  { subject, requestedBy }: EraseAccountRequest,
  call: Call,
): Promise<EraseAccountResponse> {
  const { database, accounts, roles, families, sessions, artifacts, sessionEnds, revocations } = context;
  const { outbox, audit } = context;
  const origin = { ...originOf(call), actor: requestedBy };
  try {
    await database.transaction(async (tx) => {
      await roles.lockAdmins(tx);
      if (await accounts.lock(tx, subject)) {
        await roles.requireAnotherAdmin(tx, subject);
        await deleteOwned(tx, subject, families);
        // For whoever is told of it: the sessions go with the account, and the subject stands for their tokens.
        await sessionEnds.endAll(tx, subject);
        await revocations.append(tx, [await revokeSubject(context, tx, subject)]);
        await deleteOwned(tx, subject, artifacts.store);
        await deleteOwned(tx, subject, sessions);
        await accounts.delete(tx, subject);
        const erased = eraseUser(subject);
        // Nobody is told any more who they were.
        await outbox.withdraw(tx, erased.key);
        await outbox.append(tx, erased);
        await outbox.append(tx, eraseSubject(subject));
      }
      await audit.append(tx, { origin, target: subject, outcome: 'OK' });
    });
  } catch (error) {
    if (error instanceof AppError && error.reason === authReasons.LAST_ADMIN.reason) {
      return audit.refuse(database.sql, origin, error, subject);
    }
    throw error;
  }
  return {};
}

interface OwnedStore {
  deleteOwned(tx: Sql, accountId: string, limit: number): Promise<number>;
}

/** What programs make very much of goes a batch at a time: with the account one statement would take too long for it. */
async function deleteOwned(tx: Sql, accountId: string, store: OwnedStore): Promise<void> {
  while ((await store.deleteOwned(tx, accountId, BATCH)) === BATCH);
}
