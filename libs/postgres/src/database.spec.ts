import { AppError } from '@gatehouse/errors';
import { eventually, type TestDatabase, testDatabase } from '@gatehouse/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { type Database, openPool } from './database.js';
import type { PoolOptions } from './pool.js';

describe('openPool', () => {
  let server: TestDatabase;
  const opened: Database[] = [];

  const open = (options: Partial<PoolOptions> = {}) => {
    const database = openPool({ url: server.url, applicationName: 'spec', ...options });
    opened.push(database);
    return database;
  };

  beforeAll(async () => {
    server = await testDatabase();
    await server.sql`create table account (
      id int primary key, email text constraint account_email unique, balance bigint not null default 0
    )`;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await server.sql`truncate account`;
  });
  afterAll(() => server.drop());

  it.each(['require', 'verify-full'])(
    'says nothing in plain text when its URL asks for TLS: %s',
    async (mode) => {
      const url = new URL(server.url);
      url.searchParams.set('sslmode', mode);
      const secure = openPool({ url: url.href, applicationName: 'spec' });
      await expect(secure.ping()).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
      await secure.close();
    },
  );

  it('maps int8 to bigint, timestamps to Date and json to values, both ways', async () => {
    const { sql } = open();
    const big = 2n ** 53n + 1n;
    const time = new Date('2026-01-02T03:04:05.678Z');
    const [row] =
      await sql`select ${big}::int8 as big, ${time}::timestamptz as time, ${sql.json({ a: [1] })}::jsonb as json`;
    expect(row).toEqual({ big, time, json: { a: [1] } });
  });

  it('takes and gives arrays', async () => {
    const { sql } = open();
    const row = {
      texts: ['a', 'quote " comma , brace }', 'back\\slash', 'NULL', ''],
      gaps: ['x', null],
      longs: [1n, 2n ** 60n],
      flags: [true, false],
      times: [new Date('2026-01-02T03:04:05.678Z')],
      none: [],
    };
    const [read] = await sql`select ${row.texts}::text[] as texts, ${row.gaps}::text[] as gaps,
      ${row.longs}::int8[] as longs, ${row.flags}::boolean[] as flags, ${row.times}::timestamptz[] as times,
      ${row.none}::uuid[] as none`;
    expect(read).toEqual(row);
  });

  it('composes fragments and helpers', async () => {
    const { sql } = open();
    await sql`insert into account ${sql([
      { id: 1, email: 'a' },
      { id: 2, email: 'b' },
    ])}`;
    const filter = sql`email = ${'b'}`;
    expect(await sql`select id from account where ${filter}`).toEqual([{ id: 2 }]);
    expect(await sql`select id from account where id = any(${[1, 2]}) order by id`).toHaveLength(2);
  });

  it('keeps what is interpolated out of the text of the statement', async () => {
    const { sql } = open();
    const hostile = `'; drop table account; --`;
    await sql`insert into account (id, email) values (1, ${hostile})`;
    expect(await sql`select email from account`).toEqual([{ email: hostile }]);
  });

  it('leaves a constraint violation recognizable by its name, and keeps row data out of it', async () => {
    const { sql } = open();
    const insert = (id: number) => sql`insert into account (id, email) values (${id}, 'same')`;
    await insert(1);
    const error: unknown = await insert(2).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: '23505', constraint_name: 'account_email' });
    expect(error).not.toHaveProperty('detail');
  });

  it('cuts off a statement that takes too long', async () => {
    const { sql } = open({ statementTimeoutMs: 100 });
    await expect(sql`select pg_sleep(30)`).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  });

  it('gives up on a lock that is not to be had', async () => {
    await server.sql`insert into account (id) values (1)`;
    const { sql } = open({ lockTimeoutMs: 100 });
    await server.sql.begin(async (holder) => {
      await holder`select from account where id = 1 for update`;
      await expect(sql`update account set balance = 1 where id = 1`).rejects.toMatchObject({
        reason: 'DATABASE_UNAVAILABLE',
      });
    });
  });

  it('ends a transaction that sits idle', async () => {
    const database = open({ idleInTransactionTimeoutMs: 100 });
    const idle = database.transaction(async (tx) => {
      await tx`select 1`;
      await delay(1_000);
      await tx`select 1`;
    });
    await expect(idle).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
  });

  it('sends nothing behind a statement that waits, and turns away in time what comes, for good', async () => {
    await server.sql`insert into account (id) values (1)`;
    const { sql } = open({
      max: 1,
      acquireTimeoutMs: 150,
      lockTimeoutMs: 25_000,
      statementTimeoutMs: 25_000,
    });
    // Connecting may take longer than that.
    await eventually(() => sql`select`);
    let waiting: Promise<number> | undefined;
    await server.sql.begin(async (holder) => {
      await holder`select from account where id = 1 for update`;
      waiting = sql`update account set balance = 1 where id = 1`.then(({ count }) => count);
      await eventually(async () => {
        const waits = await server.sql`select from pg_locks join pg_stat_activity using (pid)
          where not granted and datname = ${server.name}`;
        expect(waits).toHaveLength(1);
      });
      await delay(150); // longer than a prompt answer takes
      const late = [10, 11, 12].map((id) => sql`insert into account (id) values (${id})`);
      for (const { status, reason } of (await Promise.allSettled(late)) as PromiseRejectedResult[]) {
        expect(status).toBe('rejected');
        expect(reason).toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
      }
    });
    expect(await waiting).toBe(1);
    await sql`select`;
    expect(await server.sql`select id from account`).toEqual([{ id: 1 }]);
  });

  it('does not let in all that wait because a ROLLBACK was answered', async () => {
    const database = open({ max: 1, lockTimeoutMs: 500, acquireTimeoutMs: 900 });
    const insert = (id: number) => database.sql`insert into account (id) values (${id})`;
    // A statement that is new to its connection has nothing sent behind it.
    await eventually(() => insert(1));
    await server.sql.begin(async (holder) => {
      await holder`lock table account`;
      const first = database.transaction((tx) => tx`insert into account (id) values (2)`);
      const behind = [3, 4, 5, 6, 7].map(insert);
      await expect(first).rejects.toMatchObject({ cause: { code: '55P03' } });
      const last = (await Promise.allSettled(behind)).at(-1) as PromiseRejectedResult;
      // It waited here to the end, and did not come to wait for the lock.
      expect(last.reason).toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
      expect((last.reason as AppError).cause).not.toHaveProperty('code');
    });
  });

  it('goes on with what has waited once a statement that took long is answered', async () => {
    const { sql } = open({ max: 1, acquireTimeoutMs: 20_000 });
    const slow = sql`select pg_sleep(0.3)`.then(() => 'slow');
    await delay(200);
    const behind = [1, 2, 3].map((id) => sql`insert into account (id) values (${id})`);
    await Promise.all([slow, ...behind]);
    expect(await server.sql`select count(*)::int from account`).toEqual([{ count: 3 }]);
  });

  describe('transaction', () => {
    it('commits what resolves and rolls back what rejects, passing its error on', async () => {
      const database = open();
      await database.transaction((tx) => tx`insert into account (id) values (1)`);
      const refusal = new Error('refused');
      const refused = database.transaction(async (tx) => {
        await tx`insert into account (id) values (2)`;
        throw refusal;
      });
      await expect(refused).rejects.toBe(refusal);
      expect(await server.sql`select id from account`).toEqual([{ id: 1 }]);
    });

    it('lets a savepoint fail alone', async () => {
      const database = open();
      await database.transaction(async (tx) => {
        await tx`insert into account (id) values (1)`;
        const error: unknown = await tx
          .savepoint(async (inner) => inner`insert into account (id) values (1)`)
          .catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: '23505', constraint_name: 'account_pkey' });
      });
      expect(await server.sql`select id from account`).toHaveLength(1);
    });

    it('runs again after a serialization failure, so that no update is lost', async () => {
      const database = open({ max: 4 });
      await server.sql`insert into account (id) values (1)`;
      let runs = 0;
      let arrived = 0;
      let bothRead: () => void = () => undefined;
      const meeting = new Promise<void>((resolve) => (bothRead = resolve));
      const deposit = () =>
        database.transaction(
          async (tx) => {
            runs++;
            const [row] = await tx<{ balance: bigint }[]>`select balance from account where id = 1`;
            if (++arrived === 2) bothRead();
            await meeting;
            await tx`update account set balance = ${(row?.balance ?? 0n) + 1n} where id = 1`;
          },
          { isolation: 'repeatable read' },
        );
      await Promise.all([deposit(), deposit()]);
      expect(runs).toBe(3);
      expect(await server.sql`select balance::int from account`).toEqual([{ balance: 2 }]);
    });

    it('stops running again after three times', async () => {
      const database = open();
      let runs = 0;
      const losing = database.transaction(async (tx) => {
        runs++;
        await tx`do $$ begin raise exception 'lost' using errcode = '40001'; end $$`;
      });
      await expect(losing).rejects.toMatchObject({ reason: 'CONFLICT' });
      expect(runs).toBe(3);
    });

    it('turns the next one away in time when all connections are taken, and does not run it later', async () => {
      const database = open({ max: 1, acquireTimeoutMs: 150 });
      // Connecting may take longer than that.
      await eventually(() => database.ping());
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const holding = database.transaction(async (tx) => {
        await tx`select 1`;
        await held;
      });
      const refused = await Promise.allSettled([
        database.sql`insert into account (id) values (1)`,
        database.transaction((tx) => tx`insert into account (id) values (2)`),
      ]);
      for (const { status, reason } of refused as PromiseRejectedResult[]) {
        expect(status).toBe('rejected');
        expect(reason).toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
      }
      release();
      await holding;
      await database.ping();
      expect(await server.sql`select id from account`).toHaveLength(0);
    });
  });

  it('survives having all its connections ended again and again under load', async () => {
    const database = open();
    const admin = postgres(server.adminUrl, { max: 1 });
    const faults: unknown[] = [];
    let answered = 0;
    const until = performance.now() + 4_000;
    const load = Array.from({ length: 8 }, async (_, i) => {
      while (performance.now() < until) {
        try {
          if (i % 2 === 0) await database.sql`select ${i}::int`;
          else await database.transaction((tx) => tx`select ${i}::int`);
          answered++;
        } catch (error) {
          faults.push(error);
        }
      }
    });
    while (performance.now() < until) {
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = ${server.name} and application_name = 'spec'`;
      await delay(40);
    }
    await Promise.all(load);
    await admin.end();
    expect(answered).toBeGreaterThan(0);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
    await Promise.all(Array.from({ length: 16 }, () => database.ping()));
  });

  it('refuses work once closed', async () => {
    const database = open();
    await database.ping();
    await database.close();
    await expect(database.ping()).rejects.toBeInstanceOf(AppError);
    await expect(database.ping()).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' });
  });
});
