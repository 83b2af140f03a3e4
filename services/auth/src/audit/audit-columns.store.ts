import type { Sql } from '@gatehouse/postgres';

/** The columns of an AuditRow, of a table or alias `e`. */
export function auditColumns(sql: Sql) {
  return sql`
    e.event_id as "eventId", e.occurred_at as "occurTime", e.service, e.action, e.actor, e.target, e.outcome,
    e.address, e.trace_id as "traceId", e.request_id as "requestId"`;
}
