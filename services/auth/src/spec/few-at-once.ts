import type { TestDatabase } from '@gatehouse/testing';

/** Has a table refuse statements that change more rows than are changed in the time that a statement has. */
export async function fewAtOnce(
  { sql }: TestDatabase,
  event: 'update' | 'delete',
  ...tables: readonly string[]
): Promise<void> {
  await sql`
    create function refuse_many() returns trigger language plpgsql as $$ begin
      if (select count(*) from changed) > 10000 then raise 'too many for one statement'; end if;
      return null;
    end $$`;
  for (const table of tables)
    await sql`
      create trigger few_at_once after ${sql.unsafe(event)} on ${sql(table)} referencing old table as changed
      for each statement execute function refuse_many()`;
}
