import {
  AuditEventFilter,
  type ListAuditEventsRequest,
  type ListAuditEventsResponse,
} from '@gatehouse/contracts/auth';
import { pageSize } from '@gatehouse/postgres';
import type { AuthContext } from '../auth-context.js';
import { toAuditEvent } from './audit-row.js';

const PAGE_SIZE = { default: 50, max: 200 };

/** @throws AppError PAGE_TOKEN_INVALID */
export async function listAuditEvents(
  { database, auditLists, pageTokens }: AuthContext,
  request: ListAuditEventsRequest,
): Promise<ListAuditEventsResponse> {
  const filter = AuditEventFilter.fromPartial(request.filter ?? {});
  const query = { list: 'audit_event', filter };
  const [occurTime, id] = pageTokens.decode(request.pageToken, query) ?? [];
  const size = pageSize(request.pageSize, PAGE_SIZE);
  const rows = await auditLists.list(database.sql, {
    ...filter,
    from: filter.from,
    until: filter.until,
    after: occurTime === undefined ? undefined : { occurTime: occurTime as Date, id: id as bigint },
    limit: size + 1,
  });
  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1) : undefined;
  return {
    auditEvents: page.map((row) => toAuditEvent(row, row.link)),
    nextPageToken: last ? pageTokens.encode([last.occurTime, last.id], query) : '',
  };
}
