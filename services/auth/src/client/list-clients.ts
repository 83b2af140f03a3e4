import type { ListClientsRequest, ListClientsResponse } from '@gatehouse/contracts/auth';
import { pageSize } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import { toClient } from './to-client.js';

const PAGE_SIZE = { default: 50, max: 200 };
const LIST = { list: 'clients' };

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listClients(
  { database, clients, pageTokens }: AuthContext,
  { pageSize: size, pageToken }: ListClientsRequest,
): Promise<ListClientsResponse> {
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pageTokens.decode(pageToken, LIST) as [string, string] | undefined;
  const after = cursor && { sortKey: cursor[0], id: cursor[1] };
  const rows = await clients.list(database.sql, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    clients: page.map(toClient),
    nextPageToken: last && rows.length > limit ? pageTokens.encode([last.sortKey, last.id], LIST) : '',
  };
}
