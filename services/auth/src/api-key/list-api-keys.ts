import type { ListApiKeysRequest, ListApiKeysResponse } from '@gatehouse/contracts/auth';
import type { Call } from '@gatehouse/grpc';
import { pageSize } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import { toApiKey } from './to-api-key.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listApiKeys(
  { database, apiKeys, pageTokens }: AuthContext,
  { pageSize: size, pageToken }: ListApiKeysRequest,
  { principal: { subject } }: Call,
): Promise<ListApiKeysResponse> {
  const list = { list: 'api keys', subject };
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pageTokens.decode(pageToken, list) as [string, string] | undefined;
  const after = cursor && { sortKey: cursor[0], id: cursor[1] };
  const rows = await apiKeys.list(database.sql, subject, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    apiKeys: page.map(toApiKey),
    nextPageToken: last && rows.length > limit ? pageTokens.encode([last.sortKey, last.id], list) : '',
  };
}
