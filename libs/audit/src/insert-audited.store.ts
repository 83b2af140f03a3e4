import { randomUUID } from 'node:crypto';
import type { Sql } from '@gatehouse/postgres';
import type { AuditOrigin } from './audit-origin.js';

/** The topic of audit events in a service's outbox. */
const AUDIT_TOPIC = 'audit.event';

/** A piece of SQL inside a bigger one. */
export type Fragment = ReturnType<Sql>;

/** What a query did, in its own words. */
export interface Acted {
  /** What follows FROM: one row if the action happened, none if it did not. */
  readonly from: Fragment;
  /** What it was done to, as an expression on that row: a subject's or a resource's ID. */
  readonly target: Fragment;
}

/**
 * The INSERT that leaves an event of outcome `OK` in the service's outbox, for the WITH of the statement that acts:
 * one statement, so either both happen or neither does.
 *
 * ```sql
 * with gone as (delete ... returning id), audited as (${insertAudited(sql, origin, { from: sql`gone`, target: sql`gone.id` })})
 * ```
 */
export function insertAudited(sql: Sql, origin: AuditOrigin, { from, target }: Acted): Fragment {
  return insertEvent(sql, origin, 'OK', sql`(${target})::text from ${from}`);
}

/** The INSERT of an event of any outcome, as a statement of its own. */
export function insertOutcome(sql: Sql, origin: AuditOrigin, outcome: string, target: string): Fragment {
  return insertEvent(sql, origin, outcome, sql`${target}::text`);
}

// Each event has a key of its own, so that none waits for another. No NOTIFY: it would make all commits of the
// server wait for each other, and the deliverer looks often enough.
function insertEvent(sql: Sql, origin: AuditOrigin, outcome: string, targetAndSource: Fragment): Fragment {
  const id = randomUUID();
  const { action, actor = '', address, traceId, requestId } = origin;
  const event = sql.json({ action, actor, outcome, address, traceId, requestId });
  return sql`
    insert into outbox (event_id, topic, key, payload)
    select ${id}::uuid, ${AUDIT_TOPIC}, ${`audit/${id}`}, ${event}::jsonb || jsonb_build_object('target', done.target)
    from (select ${targetAndSource}) as done (target)`;
}
