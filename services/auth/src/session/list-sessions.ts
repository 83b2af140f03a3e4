import type { ListSessionsRequest, ListSessionsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { listPage } from './list-page.js';

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listSessions(
  context: AuthContext,
  { pageSize, pageToken }: ListSessionsRequest,
  { principal }: Call,
): Promise<ListSessionsResponse> {
  const { subject, sessionId: currentId } = principal;
  return listPage(context, { subject, currentId, pageSize, pageToken });
}
