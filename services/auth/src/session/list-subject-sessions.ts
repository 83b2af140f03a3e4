import type { ListSubjectSessionsRequest, ListSubjectSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { authReasons } from '../reasons.js';
import { listPage } from './list-page.js';

/** @throws AppError ACCOUNT_UNKNOWN, PAGE_TOKEN_INVALID */
export async function listSubjectSessions(
  context: AuthContext,
  request: ListSubjectSessionsRequest,
  { principal }: Call,
): Promise<ListSubjectSessionsResponse> {
  if (!(await context.accounts.find(context.database.sql, request.subject))) {
    throw authReasons.ACCOUNT_UNKNOWN();
  }
  return listPage(context, { ...request, currentId: principal.sessionId });
}
