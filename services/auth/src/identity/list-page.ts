import type { Identity } from '@gatehouse/contracts/auth';
import { pageSize } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import { toIdentity } from './to-identity.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** Which identities a page shows. */
export interface IdentityListRequest {
  readonly subject: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/**
 * A page of the identities of an account, oldest first.
 *
 * @throws AppError PAGE_TOKEN_INVALID
 */
export async function listPage(
  context: AuthContext,
  { subject, pageSize: size, pageToken }: IdentityListRequest,
): Promise<{ identities: Identity[]; nextPageToken: string }> {
  const { database, identities, pageTokens } = context;
  const list = { list: 'identities', subject };
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pageTokens.decode(pageToken, list) as [string, string] | undefined;
  const after = cursor && { sortKey: cursor[0], id: cursor[1] };
  const rows = await identities.list(database.sql, subject, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    identities: page.map((row) => toIdentity(context, row)),
    nextPageToken: last && rows.length > limit ? pageTokens.encode([last.sortKey, last.id], list) : '',
  };
}
