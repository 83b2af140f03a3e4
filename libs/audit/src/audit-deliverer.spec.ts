import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import { openPool, type Database } from '@gatehouse/postgres';
import { eventually, specTelemetry, testDatabase, type TestDatabase } from '@gatehouse/testing';
import { AuditDeliverer } from './audit-deliverer.js';
import { insertAudited, insertOutcome } from './insert-audited.store.js';

const ORIGIN = { action: 'Act', actor: 'ann', address: '192.0.2.1', traceId: 't', requestId: 'r' };

let test: TestDatabase;
let database: Database;
const arrived: AuditEvent[] = [];
const warnings: string[] = [];
let answer: (events: AuditEvent[]) => AppError | undefined;
const log = { warn: (_fields: object, message: string) => void warnings.push(message) };

const append = (target: string, outcome = 'OK') => insertOutcome(database.sql, ORIGIN, outcome, target);
const targets = () => arrived.map(({ target }) => target).sort();
const outbox = () => database.sql<{ parked: boolean }[]>`select parked_at is not null as parked from outbox`;
const refusal = (code: status) => new AppError({ code, reason: 'SPEC', message: '' });

function deliverer(): AuditDeliverer {
  const send = async (events: AuditEvent[]) => {
    const error = answer(events);
    if (error) throw error;
    arrived.push(...events);
  };
  return new AuditDeliverer({ database, send, log });
}

/** Runs one until `done` holds. */
async function delivering(done: () => Promise<void> | void): Promise<void> {
  const running = deliverer();
  running.start();
  await eventually(async () => done(), 20_000).finally(() => running.stop());
}

beforeAll(async () => {
  test = await testDatabase();
  await test.sql`
    create table outbox (
      id bigint generated always as identity primary key,
      event_id uuid not null default gen_random_uuid(),
      topic text not null, key text not null, payload jsonb not null,
      created_at timestamptz not null default clock_timestamp(),
      due_at timestamptz not null default clock_timestamp(),
      attempts integer not null default 0, last_error text, parked_at timestamptz
    )`;
  database = openPool({ url: test.url, applicationName: 'spec' });
});
beforeEach(async () => {
  arrived.length = 0;
  warnings.length = 0;
  answer = () => undefined;
  await database.sql`delete from outbox`;
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

describe('audit events', () => {
  it('arrive as they were written, many at a time, and leave nothing behind', async () => {
    for (let n = 0; n < 150; n++) await append(`t${n}`);
    let calls = 0;
    answer = () => void calls++;
    await delivering(async () => expect(await outbox()).toHaveLength(0));
    expect(new Set(targets()).size).toBe(150);
    expect(arrived).toHaveLength(150);
    expect(calls).toBe(2);
    expect(arrived[0]).toMatchObject({
      action: 'Act',
      actor: 'ann',
      outcome: 'OK',
      address: '192.0.2.1',
      traceId: 't',
      requestId: 'r',
      occurTime: expect.any(Date),
    });
  });

  it('are counted while they wait, and where they were given up', async () => {
    const telemetry = await specTelemetry();
    const read = async (name: string) => (await telemetry.point(`gatehouse.outbox.${name}`)).value;
    await append('malformed');
    await append('waits');
    await test.sql`update outbox set created_at = clock_timestamp() - interval '1 minute'`;
    answer = ([first]) =>
      refusal(first?.target === 'malformed' ? status.INVALID_ARGUMENT : status.UNAVAILABLE);
    await delivering(async () => {
      expect((await outbox()).filter(({ parked }) => parked)).toHaveLength(1);
      expect(await read('parked')).toBe(1);
      expect(await read('oldest_age')).toBeGreaterThanOrEqual(60);
    });
    await telemetry.close();
  });

  it('are written with their action or not at all', async () => {
    await test.sql`create table deed (name text primary key)`;
    const act = (name: string) => {
      const { sql } = database;
      return sql`
        with done as (insert into deed (name) values (${name}) on conflict do nothing returning name)
        ${insertAudited(sql, ORIGIN, { from: sql`done`, target: sql`done.name` })}`;
    };
    await act('one');
    await act('one');
    await database
      .transaction(async (tx) => {
        await tx`insert into deed (name) values ('two')`;
        await insertOutcome(tx, ORIGIN, 'OK', 'two');
        throw new Error('undone');
      })
      .catch(() => undefined);
    await delivering(() => expect(targets()).toEqual(['one']));
    expect(await outbox()).toHaveLength(0);
  });

  it('wait while auth is away, and are reported once', async () => {
    answer = () => refusal(status.UNAVAILABLE);
    await append('early');
    const running = deliverer();
    running.start();
    await eventually(() => expect(warnings).toEqual(['audit events not delivered']));
    await append('late', 'NOT_FOUND');
    await eventually(async () => {
      const [row] = await database.sql<{ attempts: number }[]>`select max(attempts) as attempts from outbox`;
      expect(row!.attempts).toBeGreaterThan(2);
    });
    answer = () => undefined;
    await eventually(() => expect(targets()).toEqual(['early', 'late']), 20_000);
    await running.stop();
    expect(warnings).toHaveLength(1);
    expect(await outbox()).toHaveLength(0);
  });

  it('do not wait for one that auth finds malformed', async () => {
    answer = (events) =>
      events.some(({ target }) => target === 'bad') ? refusal(status.INVALID_ARGUMENT) : undefined;
    for (const target of ['a', 'bad', 'c']) await append(target);
    await delivering(async () => {
      expect(targets()).toEqual(['a', 'c']);
      expect(await outbox()).toEqual([{ parked: true }]);
    });
    expect(warnings).toEqual(['audit event parked']);
  });

  it('are delivered once by two replicas', async () => {
    for (let n = 0; n < 250; n++) await append(`t${n}`);
    const other = deliverer();
    other.start();
    await delivering(async () => expect(await outbox()).toHaveLength(0));
    await other.stop();
    expect(arrived).toHaveLength(250);
    expect(new Set(targets()).size).toBe(250);
  });
});
