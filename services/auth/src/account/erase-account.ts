import type { EraseAccountRequest, EraseAccountResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { eraseSubject, eraseUser } from '../outbox/events.js';
import { authReasons } from '../reasons.js';
import { revokeSubject } from './revoke-subject.js';

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
  const { database, accounts, roles, sessionEnds, revocations, outbox, audit } = context;
  const origin = { ...originOf(call), actor: requestedBy };
  try {
    await database.transaction(async (tx) => {
      await roles.lockAdmins(tx);
      if (await accounts.lock(tx, subject)) {
        await roles.requireAnotherAdmin(tx, subject);
        // For whoever is told of it: the sessions go with the account, and the subject stands for their tokens.
        await sessionEnds.endAll(tx, subject);
        await revocations.append(tx, [await revokeSubject(context, tx, subject)]);
        await accounts.delete(tx, subject);
        await outbox.append(tx, eraseUser(subject));
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
