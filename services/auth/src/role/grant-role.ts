import type { GrantRoleRequest, GrantRoleResponse } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import type { Call } from '@gatehouse/grpc';
import { originOf } from '../audit/audit-event.store.js';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { ROLES } from './roles.js';

/**
 * Takes effect with the subject's next access token: nothing that was issued becomes wrong.
 *
 * @throws AppError ROLE_UNKNOWN, ACCOUNT_UNKNOWN
 */
export async function grantRole(
  { database, roles, audit }: AuthContext,
  { subject, role }: GrantRoleRequest,
  call: Call,
): Promise<GrantRoleResponse> {
  const origin = originOf(call);
  if (!ROLES.has(role)) return audit.refuse(database.sql, origin, authReasons.ROLE_UNKNOWN(), subject);
  try {
    return await database.transaction(async (tx) => {
      await roles.grant(tx, subject, role);
      await audit.append(tx, { origin, target: subject, outcome: 'OK' });
      return { roles: await roles.list(tx, subject) };
    });
  } catch (error) {
    // The transaction is gone and its event with it; the refusal is recorded on its own.
    if (error instanceof AppError && error.reason === authReasons.ACCOUNT_UNKNOWN.reason) {
      return audit.refuse(database.sql, origin, error, subject);
    }
    throw error;
  }
}
