import type { SuspendAccountRequest, SuspendAccountResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { endSignIns } from './end-sign-ins.js';

/**
 * Keeps an account from signing in by any credential, and ends what it is signed in with. A sign-in that is under
 * way holds the account's lock before or after this does: it is ended, or it is refused.
 *
 * @throws AppError ACCOUNT_UNKNOWN, LAST_ADMIN
 */
export async function suspendAccount(
  context: AuthContext,
  { subject }: SuspendAccountRequest,
  call: Call,
): Promise<SuspendAccountResponse> {
  const { database, accounts, codes, roles, audit } = context;
  const origin = originOf(call);
  try {
    await database.transaction(async (tx) => {
      await roles.lockAdmins(tx);
      if (!(await accounts.lock(tx, subject))) throw authReasons.ACCOUNT_UNKNOWN();
      await roles.requireAnotherAdmin(tx, subject);
      if (await accounts.suspend(tx, subject)) {
        await endSignIns(context, tx, subject);
        await codes.end(tx, subject);
      }
      await audit.append(tx, { origin, target: subject, outcome: 'OK' });
    });
  } catch (error) {
    // The transaction is gone and its event with it; the refusal is recorded on its own.
    if (error instanceof AppError && error.domain === authReasons.LAST_ADMIN.domain) {
      return audit.refuse(database.sql, origin, error, subject);
    }
    throw error;
  }
  return {};
}
