import type { ListSubjectRolesRequest, ListSubjectRolesResponse } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';

/** @throws AppError ACCOUNT_UNKNOWN */
export async function listSubjectRoles(
  { database, accounts }: AuthContext,
  { subject }: ListSubjectRolesRequest,
): Promise<ListSubjectRolesResponse> {
  const account = await accounts.find(database.sql, subject);
  if (!account) throw authReasons.ACCOUNT_UNKNOWN();
  return { roles: [...account.roles] };
}
