import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import postgres from 'postgres';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

function job(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: environment }, (error, _stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stderr }),
    );
  });
}

describe('the jobs before the services', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let urls: { admin: string; service: string; owner: string };

  const as = (role: string, password: string, database = 'spec') => {
    const url = new URL(server.url);
    Object.assign(url, { username: role, password, pathname: `/${database}` });
    return url.href;
  };
  const provision = (changes: Readonly<Record<string, string>> = {}) =>
    job(['provision'], {
      GATEHOUSE_ADMIN_URL: urls.admin,
      GATEHOUSE_DATABASE_URL: urls.service,
      GATEHOUSE_OWNER_URL: urls.owner,
      ...changes,
    });
  const migrate = (url: string) => job(['migrate'], { GATEHOUSE_OWNER_URL: url, GATEHOUSE_FOLDER: folder });
  const query = async (url: string, text: string) => {
    const sql = postgres(url, { max: 1 });
    try {
      return [...(await sql.unsafe(text))];
    } finally {
      await sql.end();
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-jobs-'));
    await writeFile(join(folder, '0001_create_note.sql'), '-- migrate:up\ncreate table note (id int);\n');
    server = await startEmbeddedPostgres({ dataDir: `${folder}-data`, durable: false });
    urls = { admin: server.url, service: as('spec', 'p%20w'), owner: as('spec_owner', 'o') };
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
    await rm(`${folder}-data`, { recursive: true });
  });

  it('make both URLs work, and change nothing when run again', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect(await provision()).toMatchObject({ code: 0 });
      expect(await migrate(urls.owner)).toMatchObject({ code: 0 });
    }
    expect(await query(urls.service, 'select * from note')).toEqual([]);
  });

  it('leave the service without the right to migrate', async () => {
    await provision();
    await writeFile(
      join(folder, '0002_add_text.sql'),
      '-- migrate:up\nalter table note add column text text;\n',
    );
    const { code, stderr } = await migrate(urls.service);
    expect(code).toBe(1);
    expect(stderr).toContain('permission denied');
    await expect(query(urls.owner, 'select text from note')).rejects.toMatchObject({ code: '42703' });
  });

  it.each([
    ['of different databases', () => ({ GATEHOUSE_OWNER_URL: as('spec_owner', 'o', 'other') })],
    ['of roles with other names', () => ({ GATEHOUSE_OWNER_URL: as('postgres', 'o') })],
    ['of another kind of server', () => ({ GATEHOUSE_DATABASE_URL: 'mysql://spec:p@localhost/spec' })],
  ])('refuse URLs %s', async (_case, changes) => {
    expect(await provision(changes())).toMatchObject({ code: 1 });
  });

  it.each([[[]], [['drop']], [['migrate', 'more']], [['toString']]])(
    'refuse the command %j',
    async (args) => {
      const { code, stderr } = await job(args, {});
      expect(code).toBe(1);
      expect(stderr).toContain('usage');
    },
  );
});
