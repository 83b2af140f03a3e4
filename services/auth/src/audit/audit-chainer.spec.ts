import { randomBytes } from 'node:crypto';
import { openPool, type Database } from '@gatehouse/postgres';
import { eventually, restartableDatabase, testDatabase, type TestDatabase } from '@gatehouse/testing';
import { MIGRATIONS, silentLog } from '../spec/running-auth.js';
import { AuditChainer } from './audit-chainer.js';
import { AuditEventStore } from './audit-event.store.js';
import { AuditLinkStore } from './audit-link.store.js';
import { verifyChain } from './verify-chain.js';

const origin = { action: 'Spec', actor: undefined, traceId: 't', requestId: 'r' };
const key = randomBytes(32);
const links = new AuditLinkStore();
const audit = new AuditEventStore();

const append = (database: Database, target: string) =>
  audit.append(database.sql, { origin, target, outcome: 'OK' });
const chained = async ({ sql }: Database) =>
  (await links.listAfter(sql, 0n, 10_000)).map(({ event }) => event?.target);

describe('the chain of audit events', () => {
  let test: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    test = await testDatabase({ migrations: MIGRATIONS });
    database = openPool({ url: test.url, max: 8, applicationName: 'spec' });
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });
  const chainer = () => new AuditChainer({ database, links, key, log: silentLog });

  it('is one and has no gap, however many replicas chain and append at once', async () => {
    const replicas = [chainer(), chainer(), chainer()];
    for (const replica of replicas) replica.start();
    const names = Array.from({ length: 1_500 }, (_, n) => `t${n}`);
    await Promise.all(names.map((name) => append(database, name)));
    await eventually(async () => expect(await chained(database)).toHaveLength(names.length));
    await Promise.all(replicas.map((replica) => replica.stop()));
    expect(new Set(await chained(database))).toEqual(new Set(names));
    const { head, fault } = await verifyChain({ sql: database.sql, links, key });
    expect({ sequence: head.sequence, fault }).toEqual({ sequence: BigInt(names.length), fault: undefined });
    expect(await database.sql`select from audit_pending`).toHaveLength(0);
  });

  it('takes in what commits late, and nothing that was rolled back', async () => {
    const subject = chainer();
    await database.transaction(async (tx) => {
      await audit.append(tx, { origin, target: 'late', outcome: 'OK' });
      await append(database, 'early');
      await database
        .transaction(async (other) => {
          await audit.append(other, { origin, target: 'undone', outcome: 'OK' });
          throw new Error('undone');
        })
        .catch(() => undefined);
      expect(await subject.advance()).toBe(1);
      expect(await chained(database)).toEqual(['early']);
    });
    expect(await subject.advance()).toBe(1);
    expect(await chained(database)).toEqual(['early', 'late']);
    expect(await subject.advance()).toBe(0);
    expect((await verifyChain({ sql: database.sql, links, key })).fault).toBeUndefined();
  });

  it('keeps its place for an event that was put back in line', async () => {
    const subject = chainer();
    await append(database, 'one');
    await subject.advance();
    await database.sql`insert into audit_pending (id) select id from audit_event`;
    await append(database, 'two');
    expect(await subject.advance()).toBe(1);
    expect(await chained(database)).toEqual(['one', 'two']);
  });

  it('cannot be changed by the run-time role, nor in passing by the owner', async () => {
    await append(database, 'one');
    await chainer().advance();
    const owner = openPool({ url: test.ownerUrl, applicationName: 'spec' });
    for (const { sql } of [database, owner]) {
      const denied = { code: '42501' };
      await expect(sql`update audit_link set sequence = 2`).rejects.toMatchObject(denied);
      await expect(sql`delete from audit_link`).rejects.toMatchObject(denied);
      await expect(sql`truncate audit_link`).rejects.toMatchObject(denied);
    }
    await owner.close();
    const { username: role } = new URL(test.url);
    const [row] = await test.sql`
      select has_table_privilege(${role}, 'audit_link', 'UPDATE') as update,
        has_table_privilege(${role}, 'audit_link', 'DELETE') as delete`;
    expect(row).toEqual({ update: false, delete: false });
  });
});

describe('a database that is down', () => {
  it('is waited for, and reported once', async () => {
    const restartable = await restartableDatabase({ migrations: MIGRATIONS });
    const database = openPool({ url: restartable.url, applicationName: 'spec' });
    const warnings: string[] = [];
    const log = {
      warn: (_fields: object, message: string) => void warnings.push(message),
      info: () => undefined,
    };
    const chainer = new AuditChainer({ database, links, key, log: log as never });
    chainer.start();
    await append(database, 'before');
    await eventually(async () => expect(await chained(database)).toEqual(['before']));
    await restartable.stop();
    await eventually(() => expect(warnings).toEqual(['the audit trail cannot be chained']));
    await restartable.start();
    await eventually(() => append(database, 'after'));
    await eventually(async () => expect((await chained(database)).at(-1)).toBe('after'));
    await chainer.stop();
    expect(warnings.length).toBeLessThanOrEqual(2);
    await database.close();
    await restartable.drop();
  });
});
