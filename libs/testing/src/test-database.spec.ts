import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { type TestDatabase, testDatabase } from './test-database.js';

describe('testDatabase', () => {
  let migrations: string;
  let database: TestDatabase;
  let runTime: postgres.Sql;

  beforeAll(async () => {
    migrations = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
    await writeFile(
      join(migrations, '0001_create_note.sql'),
      '-- migrate:up\ncreate table note (id bigint generated always as identity, text text);\n-- migrate:down\n',
    );
    database = await testDatabase({ migrations });
    runTime = postgres(database.url, { max: 1 });
  });

  afterAll(async () => {
    await runTime.end();
    await database.drop();
    await rm(migrations, { recursive: true });
  });

  it('runs the migrations and opens their tables to the run-time role', async () => {
    await runTime`insert into note (text) values ('written')`;
    expect(await database.sql`select text from note`).toMatchObject([{ text: 'written' }]);
  });

  it.each([
    ['create a table', 'create table other (id int)'],
    ['change a table', 'alter table note add column more text'],
    ['drop a table', 'drop table note'],
    ['empty a table', 'truncate note'],
    ['forge the record of migrations', "insert into dbmate.schema_migrations values ('0002')"],
    ['make a temporary table', 'create temporary table t (id int)'],
  ])('refuses the run-time role to %s', async (_what, statement) => {
    await expect(runTime.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('refuses to connect to the database of another suite', async () => {
    const other = await testDatabase();
    const url = new URL(database.url);
    url.pathname = new URL(other.url).pathname;
    const stranger = postgres(url.href, { max: 1 });
    try {
      await expect(stranger`select 1`).rejects.toMatchObject({ code: '42501' });
    } finally {
      await stranger.end();
      await other.drop();
    }
  });

  it('leaves nothing behind when dropped', async () => {
    const dropped = await testDatabase();
    await dropped.drop();
    const names = await database.sql`
      select datname as name from pg_database where datname = ${dropped.name}
      union all select rolname from pg_roles where rolname like ${`${dropped.name}%`}`;
    expect(names).toHaveLength(0);
  });
});
