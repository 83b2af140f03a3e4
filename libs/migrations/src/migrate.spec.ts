import { startEmbeddedPostgres, type EmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from './migrate.js';
import { dropDatabase, provisionDatabase, type ProvisionedDatabase } from './provision-database.js';

describe('migrations', () => {
  let folder: string;
  let dir: string;
  let server: EmbeddedPostgres;
  let database: ProvisionedDatabase;
  const names = { database: 'spec', password: `it's a "password"`, ownerPassword: 'o:w/n@e%r' };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-migrate-'));
    await chmod(folder, 0o755);
    server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    dir = await mkdtemp(join(folder, 'sql-'));
    database = await provisionDatabase({ adminUrl: server.url, ...names });
  });
  afterEach(() => dropDatabase({ adminUrl: server.url, database: names.database }));

  const write = (name: string, sql: string) => writeFile(join(dir, name), `-- migrate:up\n${sql}\n`);

  const query = async (text: string, url = database.ownerUrl) => {
    const sql = postgres(url, { max: 1 });
    try {
      return [...(await sql.unsafe(text))];
    } finally {
      await sql.end();
    }
  };

  it('applies each migration once, in the order of the names', async () => {
    await write('0002_add_column.sql', 'alter table note add column text text;');
    await write('0001_create_note.sql', 'create table note (id int);');
    await migrate({ url: database.ownerUrl, dir });
    await write('0003_add_column.sql', 'alter table note add column more text;');
    await migrate({ url: database.ownerUrl, dir });
    expect(await query('select id, text, more from note')).toEqual([]);
  });

  it('can be run by several processes at once', async () => {
    await write('0001_create_note.sql', 'create table note (id int); insert into note values (1);');
    await Promise.all([1, 2, 3].map(() => migrate({ url: database.ownerUrl, dir })));
    expect(await query('select id from note')).toEqual([{ id: 1 }]);
  });

  it('undoes a migration that fails, and says why without the password', async () => {
    await write('0001_create_note.sql', 'create table note (id int); select 1 / 0;');
    const failure = migrate({ url: database.ownerUrl, dir });
    await expect(failure).rejects.toMatchObject({ name: 'MigrationError' });
    await expect(failure).rejects.toThrow('division by zero');
    await expect(failure).rejects.not.toThrow(new URL(database.ownerUrl).password);
    expect(await query(`select to_regclass('note') as note`)).toEqual([{ note: null }]);
  });

  it('gives up on a lock instead of queueing everyone behind it', async () => {
    await write('0001_create_note.sql', 'create table note (id int);');
    await migrate({ url: database.ownerUrl, dir });
    await write('0002_add_column.sql', 'alter table note add column text text;');
    const holder = postgres(database.ownerUrl, { max: 1 });
    await holder.begin(async (tx) => {
      await tx`select * from note`;
      await expect(migrate({ url: database.ownerUrl, dir })).rejects.toThrow('lock timeout');
    });
    await holder.end();
  });

  it('provisions again without losing anything, with new passwords', async () => {
    await query('create table kept (id int)');
    const again = await provisionDatabase({ adminUrl: server.url, ...names, password: 'new' });
    expect(await query('select * from kept', again.url)).toEqual([]);
    await expect(query('select 1', database.url)).rejects.toMatchObject({ code: '28P01' });
    database = again;
  });

  it('works for a role that is no superuser', async () => {
    await query(`create role admin login createdb createrole password 'a'`, server.url);
    const adminUrl = new URL(server.url);
    adminUrl.username = 'admin';
    adminUrl.password = 'a';
    const own = { ...names, database: 'made_by_admin' };
    const made = await provisionDatabase({ adminUrl: adminUrl.href, ...own });
    await provisionDatabase({ adminUrl: adminUrl.href, ...own });
    expect(await query('select 1 as one', made.url)).toEqual([{ one: 1 }]);
    await dropDatabase({ adminUrl: adminUrl.href, database: own.database });
  });

  it('refuses a name that is no identifier', async () => {
    const bad = provisionDatabase({ adminUrl: server.url, ...names, database: 'x"; drop role y' });
    await expect(bad).rejects.toMatchObject({ name: 'ProvisionError' });
  });
});
