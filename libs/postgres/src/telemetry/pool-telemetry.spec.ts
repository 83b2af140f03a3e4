import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import {
  eventually,
  specTelemetry,
  testDatabase,
  type SpecTelemetry,
  type TestDatabase,
} from '@gatehouse/testing';
import { durationsProducer } from '@gatehouse/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type Database, openPool } from '../database.js';
import type { PoolOptions } from '../pool.js';

const producer = await durationsProducer();

describe('what a pool tells of itself', () => {
  let server: TestDatabase;
  let telemetry: SpecTelemetry;
  let opened: Database[];

  const open = (options: Partial<PoolOptions> = {}) => {
    const database = openPool({ url: server.url, applicationName: 'spec', ...options });
    opened.push(database);
    return database;
  };
  const operations = () => telemetry.spans.map(({ name }) => name);
  const spanOf = (name: string) => {
    const found = telemetry.spans.filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  beforeAll(async () => {
    server = await testDatabase();
    await server.sql`create table account (id uuid primary key, email text constraint account_email unique)`;
    await server.sql`create table counted (id uuid primary key)`;
  });
  beforeEach(async () => {
    telemetry = await specTelemetry(producer);
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await telemetry.close();
    await server.sql`truncate account`;
  });
  afterAll(() => server.drop());

  describe('spans', () => {
    it('has one for each statement, under the span that was active when it was asked for', async () => {
      const { sql } = open();
      const byIds = sql`id = any(${[randomUUID()]})`;
      await telemetry.inSpan('request', async () => {
        await sql`
          select id, email
          from account
          where ${byIds}`;
      });
      const statement = spanOf('SELECT account');
      expect(statement.kind).toBe(SpanKind.CLIENT);
      expect(statement.attributes).toEqual({
        'db.system.name': 'postgresql',
        'db.operation.name': 'SELECT',
        'db.collection.name': 'account',
        'db.query.text': 'select id, email from account where id = any($1)',
      });
      const request = spanOf('request');
      expect(statement.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
      expect(statement.spanContext().traceId).toBe(request.spanContext().traceId);
      expect(statement.status.code).toBe(SpanStatusCode.UNSET);
    });

    it('keeps requests apart that share a connection', async () => {
      const { sql } = open({ max: 1 });
      const names = Array.from({ length: 20 }, (_, n) => `request ${n}`);
      await Promise.all(names.map((name) => telemetry.inSpan(name, async () => void (await sql`select 1`))));
      const statements = telemetry.spans.filter(({ name }) => name === 'SELECT');
      const parents = statements.map(({ parentSpanContext }) => parentSpanContext?.spanId);
      expect(new Set(parents)).toEqual(new Set(names.map((name) => spanOf(name).spanContext().spanId)));
    });

    it('has those of a transaction too, its beginning and its end among them', async () => {
      const database = open();
      await telemetry.inSpan('request', () =>
        database.transaction(async (tx) => {
          await tx`insert into account (id) values (${randomUUID()})`;
          await tx.savepoint((inner) => inner`select from account`);
        }),
      );
      expect(operations()).toEqual([
        'BEGIN',
        'INSERT account',
        'SAVEPOINT',
        'SELECT account',
        'COMMIT',
        'request',
      ]);
      const request = spanOf('request').spanContext().spanId;
      const parents = telemetry.spans.slice(0, -1).map(({ parentSpanContext }) => parentSpanContext?.spanId);
      expect(new Set(parents)).toEqual(new Set([request]));
      expect(spanOf('SAVEPOINT').attributes).not.toHaveProperty('db.query.text');
    });

    it('says by its SQLSTATE why a statement failed', async () => {
      const { sql } = open();
      const insert = () => sql`insert into account (id, email) values (${randomUUID()}, 'same')`;
      await insert();
      await telemetry.inSpan('request', () => insert().catch(() => undefined) as Promise<unknown>);
      const failed = spanOf('INSERT account');
      expect(failed.attributes['error.type']).toBe('23505');
      expect(failed.status).toEqual({ code: SpanStatusCode.ERROR });
    });

    it('begins no trace with a statement of no request', async () => {
      await open().sql`select 1`;
      expect(telemetry.spans).toEqual([]);
    });

    it('adds nothing to a trace that is not recorded', async () => {
      const leftOut = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: TraceFlags.NONE };
      const { sql } = open();
      await context.with(trace.setSpanContext(ROOT_CONTEXT, leftOut), async () => void (await sql`select 1`));
      expect(telemetry.spans).toEqual([]);
    });

    it('has one for a wait only where a connection had to be waited for', async () => {
      const database = open({ max: 1 });
      let free = () => {};
      const held = new Promise<void>((resolve) => (free = resolve));
      let isHeld = false;
      const holder = database.transaction(async () => {
        isHeld = true;
        await held;
      });
      await eventually(() => expect(isHeld).toBe(true));
      const waiting = telemetry.inSpan('request', async () => void (await database.sql`select 1`));
      free();
      await Promise.all([holder, waiting]);
      const wait = spanOf('wait for a connection');
      expect(wait.parentSpanContext?.spanId).toBe(spanOf('request').spanContext().spanId);
      telemetry.forget();
      await telemetry.inSpan('request', async () => void (await database.sql`select 1`));
      expect(operations()).toEqual(['SELECT', 'request']);
    });

    it('tells no value of a parameter, whatever becomes of the statement', async () => {
      const canary = 'canary-7f1d';
      const database = open();
      const { sql } = database;
      await server.sql`insert into account (id, email) values (${randomUUID()}, ${canary})`;
      await telemetry.inSpan('request', async () => {
        await sql`select from account where email = ${canary}`;
        await sql`insert into account ${sql([{ id: randomUUID(), email: `${canary}-2` }])}`;
        await sql.unsafe(`select '${canary}'`);
        const failing = [
          sql`insert into account (id, email) values (${randomUUID()}, ${canary})`,
          sql`select ${canary}::uuid`,
          sql.unsafe(`select '${canary}'::uuid`),
          database.transaction((tx) => tx`select ${canary}::int`),
        ];
        const outcomes = await Promise.allSettled(failing);
        expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
      });
      expect(telemetry.spans.length).toBeGreaterThan(8);
      const told = telemetry.spans.map(({ name, attributes, events, status }) => ({
        name,
        attributes,
        events,
        status,
      }));
      expect(JSON.stringify(told)).toContain('select from account where email = $1');
      expect(JSON.stringify(told)).not.toContain('canary');
      expect(await telemetry.scrape()).not.toContain('canary');
    });

    it('cuts a text that is very long', async () => {
      const { sql } = open();
      const columns = Array.from({ length: 500 }, (_, n) => `1 as column_${n}`).join(', ');
      const template = Object.assign([`select ${columns}`], { raw: [''] });
      await telemetry.inSpan('request', async () => void (await sql(template)));
      expect(spanOf('SELECT').attributes['db.query.text']).toHaveLength(1_000);
    });
  });

  describe('metrics', () => {
    it('counts statements by operation, table and outcome', async () => {
      const { sql } = open();
      for (let n = 0; n < 3; n++) await sql`select from counted where id = ${randomUUID()}`;
      const hasty = open({ statementTimeoutMs: 50 });
      await expect(hasty.sql`select pg_sleep(10)`).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
      const of = (labels: object) =>
        telemetry.point('db.client.operation.duration', { 'db.operation.name': 'SELECT', ...labels });
      expect(await of({ 'db.collection.name': 'counted' })).toMatchObject({ count: 3 });
      const cutOff = await of({ 'error.type': '57014' });
      expect(cutOff.count).toBe(1);
      expect(cutOff.value).toBeGreaterThan(0.04);
      expect(cutOff.value).toBeLessThan(10);
    });

    it('counts what is no template by its text', async () => {
      const database = open();
      for (let n = 0; n < 3; n++) {
        const kind = n === 0 ? 'of a kind' : 'of another';
        await database.sql.unsafe(`lock table counted in share mode /* ${kind} */`).catch(() => undefined);
      }
      const locks = { 'db.operation.name': 'LOCK', 'error.type': '25P01' };
      expect(await telemetry.point('db.client.operation.duration', locks)).toMatchObject({ count: 3 });
    });

    it('measures each wait for a connection, and that of one who gave up', async () => {
      const database = open({ max: 1, acquireTimeoutMs: 1_000, applicationName: 'spec-waits' });
      await database.transaction(async () => {
        await expect(database.sql`select 1`).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
      });
      const wait = await telemetry.point('db.client.connection.wait_time', {
        'db.client.connection.pool.name': 'spec-waits',
      });
      expect(wait.count).toBe(2);
      expect(wait.value).toBeGreaterThan(0.1);
      expect(wait.value).toBeLessThan(10);
    });

    it('counts its connections by what they are at', async () => {
      const database = open({ max: 3 });
      const count = async (state: string) =>
        (await telemetry.point('db.client.connection.count', { state })).value;
      expect([await count('used'), await count('idle')]).toEqual([0, 0]);
      await database.transaction(async (tx) => {
        await tx`select 1`;
        expect([await count('used'), await count('idle')]).toEqual([1, 0]);
        await database.sql`select 1`;
        expect([await count('used'), await count('idle')]).toEqual([1, 1]);
      });
      expect([await count('used'), await count('idle')]).toEqual([0, 2]);
      await database.close();
      // What was told last, and not what would be told now: nobody is asked any more.
      expect([await count('used'), await count('idle')]).toEqual([0, 2]);
    });
  });
});

describe('a process that is not observed', () => {
  it('works all the same', async () => {
    const server = await testDatabase();
    const database = openPool({ url: server.url, applicationName: 'spec' });
    expect(await database.transaction((tx) => tx`select 1 as one`)).toEqual([{ one: 1 }]);
    await database.close();
    await server.drop();
  });
});
