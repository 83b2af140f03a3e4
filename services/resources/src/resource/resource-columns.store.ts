import type { Sql } from '@gatehouse/postgres';

/** The columns of a ResourceRow, of a table or alias `r`. */
export function resourceColumns(sql: Sql) {
  return sql`
    r.id, r.owner, r.title, r.content, r.visibility,
    r.create_time as "createTime", r.update_time as "updateTime", r.version`;
}
