import type { Session } from '@gatehouse/contracts/auth';
import { pageSize } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import { toSession } from './to-session.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** Which sessions a page shows. */
export interface SessionListRequest {
  readonly subject: string;
  /** The ID of the session that asks. */
  readonly currentId: string | undefined;
  readonly pageSize: number;
  readonly pageToken: string;
}

/**
 * A page of the sessions and token families of an account, last used first.
 *
 * @throws AppError PAGE_TOKEN_INVALID
 */
export async function listPage(
  { database, sessions, pageTokens }: AuthContext,
  { subject, currentId, pageSize: size, pageToken }: SessionListRequest,
): Promise<{ sessions: Session[]; nextPageToken: string }> {
  const list = { list: 'sessions', subject };
  const limit = pageSize(size, PAGE_SIZE);
  const cursor = pageTokens.decode(pageToken, list) as [string, string] | undefined;
  const after = cursor && { sortKey: cursor[0], id: cursor[1] };
  const rows = await sessions.list(database.sql, subject, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    sessions: page.map((row) => toSession(row, currentId)),
    nextPageToken: last && rows.length > limit ? pageTokens.encode([last.sortKey, last.id], list) : '',
  };
}
