import type { ReinstateAccountRequest, ReinstateAccountResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';

/**
 * Lets a suspended account sign in again. What the suspension ended stays ended.
 *
 * @throws AppError ACCOUNT_UNKNOWN
 */
export async function reinstateAccount(
  { database, accounts, audit }: AuthContext,
  { subject }: ReinstateAccountRequest,
  call: Call,
): Promise<ReinstateAccountResponse> {
  const origin = originOf(call);
  const found = await database.transaction(async (tx) => {
    if (!(await accounts.lock(tx, subject))) return false;
    await accounts.reinstate(tx, subject);
    await audit.append(tx, { origin, target: subject, outcome: 'OK' });
    return true;
  });
  return found ? {} : audit.refuse(database.sql, origin, authReasons.ACCOUNT_UNKNOWN(), subject);
}
