import type { WithdrawRoleRequest, WithdrawRoleResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { revokeSubject } from '../account/revoke-subject.js';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { ADMIN, ROLES } from './roles.js';

/**
 * Withdraws a role and revokes the access tokens that still speak of it; the sign-ins go on with less.
 *
 * @throws AppError ROLE_UNKNOWN, ACCOUNT_UNKNOWN, LAST_ADMIN
 */
export async function withdrawRole(
  context: AuthContext,
  { subject, role }: WithdrawRoleRequest,
  call: Call,
): Promise<WithdrawRoleResponse> {
  const { database, accounts, roles, revocations, audit } = context;
  const origin = originOf(call);
  if (!ROLES.has(role)) return audit.refuse(database.sql, origin, authReasons.ROLE_UNKNOWN(), subject);
  try {
    return await database.transaction(async (tx) => {
      if (role === ADMIN) await roles.lockAdmins(tx);
      if (!(await accounts.lock(tx, subject))) throw authReasons.ACCOUNT_UNKNOWN();
      if (role === ADMIN) await roles.requireAnotherAdmin(tx, subject);
      if (await roles.withdraw(tx, subject, role)) {
        await revocations.append(tx, [await revokeSubject(context, tx, subject)]);
      }
      await audit.append(tx, { origin, target: subject, outcome: 'OK' });
      return { roles: await roles.list(tx, subject) };
    });
  } catch (error) {
    // The transaction is gone and its event with it; the refusal is recorded on its own.
    if (error instanceof AppError && error.domain === authReasons.LAST_ADMIN.domain) {
      return audit.refuse(database.sql, origin, error, subject);
    }
    throw error;
  }
}
