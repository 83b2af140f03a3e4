import type { Sql } from '@gatehouse/postgres';
import type { Reach } from './reach.js';

/**
 * The conditions on a resource `r` that decide, inside the query that acts,
 * what a principal may do. Each one includes the one before it.
 */
export function accessTo(sql: Sql, { subject, all }: Reach) {
  if (all) return { owned: sql`true`, editable: sql`true`, visible: sql`true` };
  const owned = sql`r.owner = ${subject}`;
  const share = sql`select from share s where s.resource_id = r.id and s.subject = ${subject}`;
  return {
    owned: sql`(${owned})`,
    editable: sql`(${owned} or exists (${share} and s.role = 'editor'))`,
    visible: sql`(${owned} or r.visibility = 'internal' or exists (${share}))`,
  };
}
