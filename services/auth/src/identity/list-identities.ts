import type { ListIdentitiesRequest, ListIdentitiesResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import type { AuthContext } from '../auth-context.js';
import { listPage } from './list-page.js';

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listIdentities(
  context: AuthContext,
  { pageSize, pageToken }: ListIdentitiesRequest,
  { principal: { subject } }: Call,
): Promise<ListIdentitiesResponse> {
  return listPage(context, { subject, pageSize, pageToken });
}
