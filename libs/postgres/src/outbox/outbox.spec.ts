import { eventually, type TestDatabase, testDatabase } from '@gatehouse/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { type Database, openPool } from '../database.js';
import { OutboxDispatcher, type OutboxDispatcherOptions } from './outbox-dispatcher.js';
import { type OutboxEvent, UndeliverableEvent } from './outbox-event.js';
import { OutboxStore } from './outbox.store.js';

const log = { warn: () => undefined };

/** The form of the table is promised by the README, so that is what the specs run on. */
async function tableFromReadme(): Promise<string> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  return /```sql\n(.*?)```/s.exec(readme)?.[1] ?? '';
}

describe('outbox', () => {
  let server: TestDatabase;
  let database: Database;
  let store: OutboxStore;
  const running: OutboxDispatcher[] = [];

  beforeAll(async () => {
    server = await testDatabase();
    await server.sql.unsafe(await tableFromReadme());
    database = openPool({ url: server.url, applicationName: 'spec' });
    store = new OutboxStore(database);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((dispatcher) => dispatcher.stop()));
    await server.sql`truncate outbox`;
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  const append = (key: string, n: number) =>
    database.transaction((tx) => store.append(tx, { topic: 'counted', key, payload: { n } }));

  const dispatch = (
    deliver: OutboxDispatcherOptions['deliver'],
    options: Partial<OutboxDispatcherOptions> = {},
  ): OutboxDispatcher => {
    const dispatcher = new OutboxDispatcher({
      database,
      deliver,
      log,
      pollIntervalMs: 50,
      backoffMs: 10,
      ...options,
    });
    running.push(dispatcher);
    dispatcher.start();
    return dispatcher;
  };

  const untilEmpty = () =>
    eventually(async () => expect(await store.backlog()).toMatchObject({ waiting: 0, parked: 0 }));

  it('delivers what was committed and nothing of what was rolled back', async () => {
    const seen: OutboxEvent[] = [];
    const rolledBack = database.transaction(async (tx) => {
      await store.append(tx, { topic: 'counted', key: 'a', payload: { n: 1 } });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    const eventId = await append('a', 2);
    dispatch(async (event) => void seen.push(event));
    await untilEmpty();
    expect(seen).toMatchObject([{ eventId, topic: 'counted', key: 'a', payload: { n: 2 }, attempt: 1 }]);
  });

  it('is woken by an append, long before it would look by itself', async () => {
    const seen: OutboxEvent[] = [];
    dispatch(async (event) => void seen.push(event), { pollIntervalMs: 600_000 });
    await append('a', 1);
    await eventually(() => expect(seen).toHaveLength(1));
  });

  it('keeps the order of a key through failures, with two dispatchers at work', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    for (let n = 0; n < 10; n++) for (const key of keys) await append(key, n);
    const delivered = new Map<string, unknown[]>(keys.map((key) => [key, []]));
    const failedOnce = new Set<bigint>();
    const deliver = async ({ id, key, payload }: OutboxEvent) => {
      if (id % 3n === 0n && !failedOnce.has(id)) {
        failedOnce.add(id);
        throw new Error('not now');
      }
      delivered.get(key)?.push(payload.n);
    };
    dispatch(deliver);
    dispatch(deliver);
    await untilEmpty();
    for (const key of keys) expect(delivered.get(key)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(failedOnce.size).toBeGreaterThan(0);
  });

  it('delivers again what a dispatcher took and died with, when its lease is over', async () => {
    await append('a', 1);
    // What a process leaves behind that is killed between delivering and saying so: a claim and no outcome.
    const [claimed] = await store.claim({ limit: 1, leaseMs: 300 });
    const seen: OutboxEvent[] = [];
    dispatch(async (event) => void seen.push(event));
    await untilEmpty();
    expect(seen).toMatchObject([{ eventId: claimed?.eventId, attempt: 2 }]);
  });

  it('lets only the holder of the lease record an outcome', async () => {
    await append('a', 1);
    const [stale] = await store.claim({ limit: 1, leaseMs: 0 });
    const [current] = await store.claim({ limit: 1, leaseMs: 60_000 });
    await store.delivered(stale as OutboxEvent);
    expect(await store.backlog()).toMatchObject({ waiting: 1 });
    await store.delivered(current as OutboxEvent);
    expect(await store.backlog()).toMatchObject({ waiting: 0 });
  });

  it('never claims an event twice while its lease holds', async () => {
    for (let n = 0; n < 20; n++) await append(`key-${n}`, n);
    const claims = await Promise.all(
      Array.from({ length: 10 }, () => store.claim({ limit: 5, leaseMs: 60_000 })),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await store.claim({ limit: 50, leaseMs: 60_000 })).toHaveLength(20 - ids.length);
  });

  it('parks what never succeeds, holding back its key alone, until it is unparked', async () => {
    let poisonous = true;
    const seen: string[] = [];
    await append('poison', 1);
    await append('poison', 2);
    await append('other', 1);
    dispatch(
      async ({ key, payload }) => {
        if (key === 'poison' && payload.n === 1 && poisonous) throw new Error('always');
        seen.push(`${key} ${String(payload.n)}`);
      },
      { maxAttempts: 3 },
    );
    await eventually(async () => expect(await store.backlog()).toMatchObject({ parked: 1, waiting: 1 }));
    await append('other', 2);
    await eventually(() => expect(seen).toEqual(['other 1', 'other 2']));
    poisonous = false;
    expect(await store.unpark('poison')).toBe(1);
    await untilEmpty();
    expect(seen).toEqual(['other 1', 'other 2', 'poison 1', 'poison 2']);
  });

  it('parks at once what its consumer will never take', async () => {
    await append('a', 1);
    let attempts = 0;
    dispatch(async () => {
      attempts++;
      throw new UndeliverableEvent('no such mailbox');
    });
    await eventually(async () => expect(await store.backlog()).toMatchObject({ parked: 1, waiting: 0 }));
    expect(attempts).toBe(1);
  });

  it('parks what ends the process each time, without trying it again', async () => {
    await append('a', 1);
    await server.sql`update outbox set attempts = 3`;
    let delivered = 0;
    dispatch(async () => void delivered++, { maxAttempts: 3 });
    await eventually(async () => expect(await store.backlog()).toMatchObject({ parked: 1 }));
    expect(delivered).toBe(0);
  });

  it('cuts off an attempt that hangs, and meanwhile delivers the others', async () => {
    await append('hangs', 1);
    await append('other', 1);
    const seen: string[] = [];
    const aborted: string[] = [];
    dispatch(
      async ({ key, attempt }, signal) => {
        if (key === 'hangs' && attempt === 1) {
          signal.addEventListener('abort', () => aborted.push(key));
          await new Promise(() => undefined);
        }
        seen.push(key);
      },
      { attemptTimeoutMs: 300 },
    );
    await untilEmpty();
    expect(seen).toEqual(['other', 'hangs']);
    expect(aborted).toEqual(['hangs']);
  });

  it('has places apart for topics that fill all of theirs', async () => {
    for (const key of ['a', 'b', 'c']) await append(key, 1);
    await database.transaction((tx) => store.append(tx, { topic: 'other', key: 'd', payload: {} }));
    const seen: string[] = [];
    const begun: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    dispatch(
      async ({ topic, key }) => {
        begun.push(key);
        if (topic === 'counted') await released;
        seen.push(key);
      },
      { concurrency: 2, apart: ['counted'] },
    );
    await eventually(() => {
      expect(seen).toEqual(['d']);
      expect(begun.filter((key) => key !== 'd')).toHaveLength(2);
    });
    release();
    await untilEmpty();
    expect(seen.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('stops within its bound while an attempt hangs', async () => {
    await append('a', 1);
    let begun = false;
    const dispatcher = dispatch(async () => {
      begun = true;
      await new Promise(() => undefined);
    });
    await eventually(() => expect(begun).toBe(true));
    await dispatcher.stop(100);
  });
});
