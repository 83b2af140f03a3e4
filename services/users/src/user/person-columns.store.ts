import type { Sql } from '@gatehouse/postgres';

/** The columns of a PersonRow, of a table or alias `p`. */
export function personColumns(sql: Sql) {
  return sql`
    p.id, p.email, p.display_name as "displayName", p.bio,
    p.create_time as "createTime", p.update_time as "updateTime", p.version`;
}
