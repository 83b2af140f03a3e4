import type { ListUsersRequest, ListUsersResponse } from '@gatehouse/contracts/users';
import type { Call } from '@gatehouse/grpc';
import { pageSize } from '@gatehouse/postgres';
import { toUser, USERS_ADMIN } from './to-user.js';
import type { UserContext } from './user-context.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listUsers(
  { lists, pages }: UserContext,
  { pageSize: size, pageToken, query: text }: ListUsersRequest,
  { principal }: Call,
): Promise<ListUsersResponse> {
  const inEmails = principal.scope.has(USERS_ADMIN);
  const list = { list: 'users', text, inEmails };
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pages.decode(pageToken, list) as [string, string] | undefined;
  const after = cursor && { sortName: cursor[0], id: cursor[1] };
  const rows = await lists.list({ text, inEmails, after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    users: page.map((row) => toUser(row, principal)),
    nextPageToken: last && rows.length > limit ? pages.encode([last.sortName, last.id], list) : '',
  };
}
