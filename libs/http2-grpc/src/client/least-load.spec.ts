import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Status } from '../grpc/status.js';
import { codeName } from './spec/calls.js';
import { SpecCaller } from './spec/spec-caller.js';
import { failing, slow, startReplicas, type SpecReplica } from './spec/spec-replica.js';

const SLOW_MS = 2_000;

let replicas: SpecReplica[];
let caller: SpecCaller;

async function open(count = 3): Promise<SpecReplica> {
  replicas = await startReplicas(count);
  caller = new SpecCaller(`ipv4:${replicas.map(({ address }) => address).join(',')}`);
  await eventually(async () => {
    await caller.get();
    expect(replicas.every(({ calls }) => calls > 0)).toBe(true);
  });
  forget();
  return replicas[0] as SpecReplica;
}

function forget(): void {
  for (const replica of replicas) replica.calls = 0;
  caller.codes.clear();
}

const counts = () => replicas.map(({ calls }) => calls);

/** A round in which each has its share. A replica may be avoided for a moment on a busy machine, but not for good. */
async function expectShares(): Promise<void> {
  await eventually(async () => {
    forget();
    await caller.many(60, () => caller.get());
    expect(Math.min(...counts())).toBeGreaterThan(60 / replicas.length / 2);
  }, 20_000);
}

afterEach(() => {
  caller.close();
  for (const replica of replicas) replica.kill();
});

describe('replicas that are alike', () => {
  it('have equal shares, also of calls of one moment', async () => {
    await open();
    await expectShares();
    await eventually(async () => {
      forget();
      await Promise.all(Array.from({ length: 60 }, () => caller.get()));
      expect(Math.min(...counts())).toBeGreaterThan(10);
    });
  });

  it('have equal shares when one knows nothing of what it is asked for', async () => {
    const asked = await open();
    asked.behaviour = failing(Status.NOT_FOUND);
    await caller.many(100, () => caller.get());
    await expectShares();
    expect(caller.failures).toBe(caller.codes.get('NOT_FOUND'));
  });

  it('have equal shares when one has many streams', async () => {
    await open(2);
    const streams = await Promise.all(Array.from({ length: 20 }, () => caller.watch()));
    expect(replicas.map((replica) => replica.streams.size).toSorted()).not.toEqual([0, 20]);
    for (const stream of streams) stream.cancel();
    await expectShares();
  });
});

describe('a slow replica', () => {
  it('is tried now and then, and has its share again once it is fast', async () => {
    const one = await open();
    one.behaviour = slow(SLOW_MS);
    // What it takes to notice: the calls that are under way to it when the first one comes back.
    await caller.many(300, () => caller.get(), 8);
    forget();
    await caller.many(600, () => caller.get(), 8);
    expect(one.calls).toBeLessThan(12);
    one.behaviour = () => undefined;
    await expectShares();
    expect(caller.failures).toBe(0);
  });
});

describe('a replica that fails at once', () => {
  it.each([Status.UNAVAILABLE, Status.INTERNAL, Status.UNKNOWN, Status.DATA_LOSS])(
    'attracts no calls by that (%i), and has its share again once it answers',
    async (code) => {
      const hole = await open();
      hole.behaviour = failing(code);
      await caller.many(500, () => caller.create(), 4);
      expect(hole.calls).toBeLessThan(500 * 0.05);
      expect(hole.calls).toBe(caller.codes.get(codeName(code)));
      hole.behaviour = () => undefined;
      await expectShares();
    },
  );

  it('is called all the same when the others fail as well, and the error is its own', async () => {
    await open();
    for (const replica of replicas) replica.behaviour = failing(Status.UNAVAILABLE);
    await caller.many(90, () => caller.create());
    expect(Math.min(...counts())).toBeGreaterThan(10);
    expect(caller.codes).toEqual(new Map([['UNAVAILABLE', 90]]));
    for (const replica of replicas) replica.behaviour = () => undefined;
    await expectShares();
  });
});

describe('a replica that goes away', () => {
  it('costs no call that may be tried again, and has its share when it is back', async () => {
    const one = await open();
    one.kill();
    await caller.many(100, () => caller.get(), 4);
    expect(caller.failures).toBe(0);
    await one.start();
    await expectShares();
  });
});
