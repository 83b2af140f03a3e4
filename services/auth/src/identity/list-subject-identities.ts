import type { ListSubjectIdentitiesRequest, ListSubjectIdentitiesResponse } from '@gatehouse/contracts/auth';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { listPage } from './list-page.js';

/** @throws AppError ACCOUNT_UNKNOWN, PAGE_TOKEN_INVALID */
export async function listSubjectIdentities(
  context: AuthContext,
  request: ListSubjectIdentitiesRequest,
): Promise<ListSubjectIdentitiesResponse> {
  const { accounts, database } = context;
  if (!(await accounts.find(database.sql, request.subject))) throw authReasons.ACCOUNT_UNKNOWN();
  return listPage(context, request);
}
