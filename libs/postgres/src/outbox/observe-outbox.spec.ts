import {
  eventually,
  specTelemetry,
  testDatabase,
  type SpecTelemetry,
  type TestDatabase,
} from '@gatehouse/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { type Database, openPool } from '../database.js';
import { observeOutbox } from './observe-outbox.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';
import { UndeliverableEvent } from './outbox-event.js';
import { OutboxStore } from './outbox.store.js';

const log = { warn: () => undefined };

describe('what an outbox tells of itself', () => {
  let telemetry: SpecTelemetry;
  let server: TestDatabase;
  let database: Database;
  let store: OutboxStore;

  beforeEach(async () => {
    telemetry = await specTelemetry();
    server = await testDatabase();
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    await server.sql.unsafe(/```sql\n(.*?)```/s.exec(readme)?.[1] ?? '');
    database = openPool({ url: server.url, applicationName: 'spec' });
    store = new OutboxStore(database);
  });
  afterEach(async () => {
    await database.close();
    await server.drop();
    await telemetry.close();
  });
  const append = (key: string) =>
    database.transaction((tx) => store.append(tx, { topic: 'counted', key, payload: {} }));
  const parked = async () => (await telemetry.point('gatehouse.outbox.parked')).value;
  const oldestAge = async () => (await telemetry.point('gatehouse.outbox.oldest_age')).value;

  it('is what was given up and how long the oldest waits, while its dispatcher runs', async () => {
    await append('poison');
    await append('late');
    await server.sql`update outbox set created_at = clock_timestamp() - interval '1 hour' where key = 'late'`;
    const dispatcher = new OutboxDispatcher({
      database,
      deliver: async ({ key }) => {
        throw key === 'poison' ? new UndeliverableEvent('never') : new Error('not now');
      },
      log,
      backoffMs: 60_000,
    });
    // Of two that tell the same the later one is heard: this one is, once the dispatcher has stopped.
    const end = observeOutbox({ backlog: async () => ({ parked: 7, waiting: 0, oldestAgeMs: 7_000 }) });
    dispatcher.start();
    await eventually(async () => expect(await store.backlog()).toMatchObject({ parked: 1, waiting: 1 }));
    expect(await parked()).toBe(1);
    expect(await oldestAge()).toBeGreaterThanOrEqual(3_600);
    expect(await oldestAge()).toBeLessThan(4_000);
    await dispatcher.stop();
    expect([await parked(), await oldestAge()]).toEqual([7, 7]);
    end();
  });

  it('leaves out what was given up and nobody is owed', async () => {
    await append('owed');
    await database.transaction((tx) => store.append(tx, { topic: 'mail', key: 'mail', payload: {} }));
    const dispatcher = new OutboxDispatcher({
      database,
      deliver: async () => {
        throw new UndeliverableEvent('never');
      },
      log,
      unowed: ['mail'],
    });
    dispatcher.start();
    await eventually(async () => expect(await store.backlog()).toMatchObject({ parked: 2 }));
    expect(await parked()).toBe(1);
    await dispatcher.stop();
  });

  it('is nothing old and nothing parked in an empty one, and costs one query however often it is read', async () => {
    let looks = 0;
    const end = observeOutbox({ backlog: () => (looks++, store.backlog()) });
    for (let n = 0; n < 5; n++) expect([await parked(), await oldestAge()]).toEqual([0, 0]);
    expect(looks).toBe(1);
    end();
  });

  it('is unknown while the database is away, and that is no error of the scrape', async () => {
    await database.close();
    const end = observeOutbox(store);
    expect([await parked(), await oldestAge()]).toEqual([NaN, NaN]);
    end();
  });
});
