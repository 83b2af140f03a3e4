import type { WithdrawGrantRequest, WithdrawGrantResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { originOf, type Origin } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';

/** @throws AppError GRANT_UNKNOWN, also for another's */
export async function withdrawGrant(
  context: AuthContext,
  { id }: WithdrawGrantRequest,
  call: Call,
): Promise<WithdrawGrantResponse> {
  await withdrawGrantOf(context, call.principal.subject, id, originOf(call));
  return {};
}

/** Withdraws a grant of an account, with every token that descends from it. The same for whoever does it on a page. */
export async function withdrawGrantOf(
  { database, grants, revocations, audit }: AuthContext,
  accountId: string,
  id: string,
  origin: Origin,
): Promise<void> {
  const isEnded = await database.transaction(async (tx) => {
    if (!(await grants.end(tx, id, accountId))) return false;
    await revocations.append(tx, [{ kind: 'grant', key: id }]);
    await audit.append(tx, { origin, actor: accountId, target: id, outcome: 'OK' });
    return true;
  });
  if (!isEnded) await audit.refuse(database.sql, origin, authReasons.GRANT_UNKNOWN(), accountId);
}
