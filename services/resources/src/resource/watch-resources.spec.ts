import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ResourceChange, ResourceServiceClient, Visibility } from '@gatehouse/contracts/resources';
import { openPool } from '@gatehouse/postgres';
import { eventually } from '@gatehouse/testing';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  runningResources,
  silentLog,
  type Caller,
  type RunningResources,
} from '../spec/running-resources.js';
import { ResourceChangeStore } from './resource-change.store.js';
import { ResourceChanges } from './resource-changes.js';

let running: RunningResources;
let client: ResourceServiceClient;
beforeAll(async () => {
  running = await runningResources();
  client = new ResourceServiceClient(`127.0.0.1:${running.service.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await running.close();
});

/** Watches as a caller, from the moment that the watch has begun. */
async function watch(caller: Caller) {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${caller.accessToken}`);
  const stream = client.watchResources({}, metadata);
  const seen: string[] = [];
  const end = new Promise<ServiceError>((resolve) => stream.on('error', resolve));
  stream.on('data', ({ change, resource }) => {
    seen.push([ResourceChange[change], resource?.id, resource?.title].filter(Boolean).join(' '));
  });
  await eventually(() => Promise.resolve(expect(seen).toEqual(['BEGUN'])));
  return {
    /** Resolves when these were told, in this order, and nothing else. */
    sees: (...lines: string[]) => eventually(async () => expect(seen).toEqual(['BEGUN', ...lines])),
    seen,
    end,
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    cancel: () => stream.cancel(),
  };
}

describe('a watch of resources', () => {
  it('tells of what is made, changed and deleted, and of nothing that happened before', async () => {
    const owner = running.user();
    await running.create(owner, { title: 'before' });
    const watching = await watch(owner);
    const { id } = await running.create(owner, { title: 'new' });
    await watching.sees(`PUT ${id} new`);
    await running.update(owner, { id, title: 'changed' });
    await watching.sees(`PUT ${id} new`, `PUT ${id} changed`);
    await running.delete(owner, id);
    await watching.sees(`PUT ${id} new`, `PUT ${id} changed`, `REMOVED ${id}`);
    watching.cancel();
  });

  it('tells a stranger nothing, and of what comes into view and leaves it', async () => {
    const [owner, stranger, all] = [running.user(), running.user(), running.user()];
    const watching = await watch(stranger);
    const { id } = await running.create(owner, { title: 'mine' });
    await running.share(owner, id, all.subject);
    await running.share(owner, id, stranger.subject);
    await watching.sees(`PUT ${id} mine`);
    await running.update(owner, { id, title: 'still' });
    await watching.sees(`PUT ${id} mine`, `PUT ${id} still`);
    await running.unshare(owner, id, all.subject);
    await running.unshare(owner, id, stranger.subject);
    await watching.sees(`PUT ${id} mine`, `PUT ${id} still`, `REMOVED ${id}`);
    await running.update(owner, { id, title: 'hidden' });
    await running.update(owner, { id, visibility: Visibility.INTERNAL });
    await eventually(async () => expect(watching.seen).toHaveLength(5));
    await running.update(owner, { id, visibility: Visibility.PRIVATE });
    await watching.sees(
      `PUT ${id} mine`,
      `PUT ${id} still`,
      `REMOVED ${id}`,
      `PUT ${id} hidden`,
      `REMOVED ${id}`,
    );
    await running.delete(owner, id);
    const other = await running.create(stranger, { title: 'own' });
    await eventually(async () => expect(watching.seen.at(-1)).toBe(`PUT ${other.id} own`));
    expect(watching.seen).toHaveLength(7);
    watching.cancel();
  });

  it('tells those who had a share of a resource that it is deleted', async () => {
    const [owner, viewer] = [running.user(), running.user()];
    const { id } = await running.create(owner, { title: 'shared' });
    await running.share(owner, id, viewer.subject);
    const watching = await watch(viewer);
    await running.delete(owner, id);
    await eventually(async () => expect(watching.seen).toContain(`REMOVED ${id}`));
    watching.cancel();
  });

  it('misses no transaction that began earlier and commits later', async () => {
    const owner = running.user();
    const { id } = await running.create(owner, { title: 'early' });
    const watching = await watch(owner);
    await running.database.sql.begin(async (tx) => {
      await tx`update resource set title = 'late' where id = ${id}`;
      const { id: second } = await running.create(owner, { title: 'overtakes' });
      await watching.sees(`PUT ${second} overtakes`);
      await running.delete(owner, second);
      await watching.sees(`PUT ${second} overtakes`, `REMOVED ${second}`);
    });
    await eventually(async () => expect(watching.seen.at(-1)).toBe(`PUT ${id} late`));
    watching.cancel();
  });

  it('tells nothing of what changes nothing', async () => {
    const [owner, viewer] = [running.user(), running.user()];
    const requestId = randomUUID();
    const { id } = await running.create(owner, { title: 'once' }, requestId);
    const { id: last } = await running.create(owner, { title: 'before' });
    for (const shared of [id, last]) await running.share(owner, shared, viewer.subject);
    const [own, others] = [await watch(owner), await watch(viewer)];
    await running.create(owner, { title: 'once' }, requestId);
    await expect(running.create(owner, { title: 'other' }, requestId)).rejects.toMatchObject({ code: 6 });
    await running.share(owner, id, viewer.subject);
    await running.update(owner, { id: last, title: 'changed' });
    for (const { sees, cancel } of [own, others]) {
      await sees(`PUT ${last} changed`);
      cancel();
    }
  });

  it('reads nothing once nobody watches', async () => {
    let readings = 0;
    class CountedStore extends ResourceChangeStore {
      override since(horizon: bigint | undefined) {
        readings++;
        return super.since(horizon);
      }
    }
    const database = openPool({ url: running.database.url, max: 1, applicationName: 'spec' });
    const changes = new ResourceChanges(new CountedStore(database.sql), silentLog);
    const end = await changes.watch({ tell: () => undefined, interrupt: () => undefined });
    await eventually(async () => expect(readings).toBeGreaterThan(2));
    end();
    await delay(500);
    const last = readings;
    await delay(700);
    expect(readings).toBe(last);
    changes.stop();
    await database.close();
  });

  it('ends for a watcher who does not read, before what waits for it fills the memory', async () => {
    const owner = running.user();
    const watching = await watch(owner);
    watching.pause();
    const content = 'ä'.repeat(65_536);
    for (let made = 0; made < 100; made++) await running.create(owner, { title: 'large', content });
    // The last of them is read from the database by then.
    await delay(500);
    watching.resume();
    const error = await Promise.race([watching.end, delay(5_000)]);
    expect(error).toMatchObject({ code: 8 });
    expect(watching.seen.length).toBeLessThan(100);
  });

  it('is refused without the permission', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${running.user([]).accessToken}`);
    const error = await new Promise<ServiceError>((resolve) => {
      client.watchResources({}, metadata).on('error', resolve).resume();
    });
    expect(error.code).toBe(7);
  });
});
