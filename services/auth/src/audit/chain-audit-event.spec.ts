import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool } from '@gatehouse/postgres';
import { testDatabase } from '@gatehouse/testing';
import { MIGRATIONS, silentLog } from '../spec/running-auth.js';
import { AuditChainer } from './audit-chainer.js';
import { AuditLinkStore } from './audit-link.store.js';
import { verifyChain } from './verify-chain.js';

const MIGRATION = '0010_chain_audit_event.sql';

describe('the migration that chains the audit trail', () => {
  let before: string;
  beforeAll(async () => {
    before = await mkdtemp(join(tmpdir(), 'gatehouse-auth-'));
    const earlier = (await readdir(MIGRATIONS)).filter((name) => name < MIGRATION);
    await Promise.all(earlier.map((name) => copyFile(join(MIGRATIONS, name), join(before, name))));
  });
  afterAll(() => rm(before, { recursive: true }));

  it('takes in the events that are there, and those of code that does not know it', async () => {
    const test = await testDatabase({ migrations: before });
    const database = openPool({ url: test.url, applicationName: 'spec' });
    // As the code before it appends.
    const append = (target: string) => database.sql`
      insert into audit_event (action, actor, target, outcome, trace_id, request_id)
      values ('Login', null, ${target}, 'OK', 't', 'r')`;
    try {
      await append('first');
      await append('second');
      await test.sql.unsafe(await readFile(join(MIGRATIONS, MIGRATION), 'utf8'));
      await append('third');

      const links = new AuditLinkStore();
      const key = randomBytes(32);
      expect(await new AuditChainer({ database, links, key, log: silentLog }).advance()).toBe(3);
      const chain = await links.listAfter(database.sql, 0n, 10);
      expect(chain.map(({ event }) => [event?.target, event?.service])).toEqual([
        ['first', 'auth'],
        ['second', 'auth'],
        ['third', 'auth'],
      ]);
      expect((await verifyChain({ sql: database.sql, links, key })).fault).toBeUndefined();
      await expect(database.sql`update audit_event set outcome = 'NO'`).rejects.toMatchObject({
        code: '42501',
      });
    } finally {
      await database.close();
      await test.drop();
    }
  });
});
