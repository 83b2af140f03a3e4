import type { ListGrantsRequest, ListGrantsResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { pageSize } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import type { ListedGrantRow } from './grant.store.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listGrants(
  { database, grants, pageTokens }: AuthContext,
  { pageSize: size, pageToken }: ListGrantsRequest,
  { principal: { subject } }: Call,
): Promise<ListGrantsResponse> {
  const list = { list: 'grants', subject };
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pageTokens.decode(pageToken, list) as [string, string] | undefined;
  const after = cursor && { sortKey: cursor[0], id: cursor[1] };
  const rows = await grants.list(database.sql, subject, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    grants: page.map(toGrant),
    nextPageToken: last && rows.length > limit ? pageTokens.encode([last.sortKey, last.id], list) : '',
  };
}

function toGrant({ consent, ...row }: ListedGrantRow) {
  return {
    id: row.id,
    clientId: row.clientId,
    clientName: row.clientName,
    clientHomeUri: row.clientHomeUri ?? '',
    permissions: [...consent.permissions],
    scopes: [...consent.scopes],
    createTime: row.createTime,
    lastUseTime: row.lastUseTime ?? undefined,
    expireTime: row.expireTime,
  };
}
