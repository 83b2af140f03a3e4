import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChannelOptions } from '@grpc/grpc-js';
import { eventually, SpecName } from '@gatehouse/testing';
import { SpecCaller } from './spec/spec-caller.js';
import { SpecReplica, startReplicas } from './spec/spec-replica.js';

const LOOK_UP_EVERY_MS = 200;

let replicas: SpecReplica[] = [];
let name: SpecName;
let caller: SpecCaller;

async function open(count: number, limits: ChannelOptions = {}, lookUpEveryMs = LOOK_UP_EVERY_MS) {
  replicas = await startReplicas(count, limits);
  name = new SpecName('replicas.spec', hosts());
  caller = new SpecCaller(`dns:///${name.name}:${replicas[0]?.port}`, { lookUpEveryMs });
}

const hosts = () => replicas.map(({ host }) => host);

/** Starts one more replica, of which the name says nothing yet. */
async function startAnother(host: string): Promise<SpecReplica> {
  const replica = await SpecReplica.start(host, replicas[0]?.port);
  replicas.push(replica);
  return replica;
}

/** Calls without a pause until told to stop. */
function keepCalling() {
  let goesOn = true;
  const calling = (async () => {
    while (goesOn) await caller.create();
  })();
  return async () => {
    goesOn = false;
    await calling;
  };
}

afterEach(() => {
  caller.close();
  name.forget();
  for (const replica of replicas) replica.kill();
});

describe('a name', () => {
  it('is looked up again and again: a new replica gets calls, no call fails and no stream ends', async () => {
    await open(2);
    const stop = keepCalling();
    const stream = await caller.watch();
    let isOver = false;
    void stream
      .next()
      .finally(() => (isOver = true))
      .catch(() => undefined);
    const added = await startAnother('127.0.0.9');
    name.hosts = hosts();
    await eventually(() => expect(added.calls).toBeGreaterThan(50));
    await stop();
    expect(caller.failures).toBe(0);
    expect(isOver).toBe(false);
    stream.cancel();
  });

  it('loses a replica that is still there: it gets no more calls, and those under way end well', async () => {
    await open(2);
    await caller.many(20, () => caller.create());
    const [one, other] = replicas as [SpecReplica, SpecReplica];
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    for (const replica of replicas) replica.behaviour = () => gate;
    const underWay = [caller.create(), caller.create()];
    await eventually(() => expect(one.calls + other.calls).toBe(22));
    for (const replica of replicas) replica.behaviour = () => undefined;
    name.hosts = [other.host];
    await eventually(async () => {
      const before = one.calls;
      await caller.many(10, () => caller.create());
      expect(one.calls).toBe(before);
    });
    release();
    await Promise.all(underWay);
    expect(caller.failures).toBe(0);
  });

  it('that cannot be looked up any more leaves the addresses that were known', async () => {
    await open(2);
    await caller.many(10, () => caller.create());
    name.isKnown = false;
    const { lookUps } = name;
    const stop = keepCalling();
    await eventually(() => expect(name.lookUps).toBeGreaterThan(lookUps + 1));
    await stop();
    for (const replica of replicas) replica.calls = 0;
    await caller.many(60, () => caller.create());
    expect(caller.failures).toBe(0);
    expect(replicas.filter(({ calls }) => calls > 0).length).toBeGreaterThan(0);
  });

  it('that cannot be looked up leaves a replica where it can be reached again', async () => {
    await open(1);
    await caller.get();
    name.isKnown = false;
    const [only] = replicas as [SpecReplica];
    only.kill();
    await only.start();
    await eventually(async () => expect(await caller.get()).toBe('OK'));
  });

  it('that was never known gives calls up, and serves them once it is', async () => {
    await open(1);
    name.isKnown = false;
    expect(await caller.create()).toBe('UNAVAILABLE');
    name.isKnown = true;
    await eventually(async () => expect(await caller.create()).toBe('OK'));
  });
});

describe('a connection that has its age', () => {
  it('is left without losing a call, and lasts as long as its streams', async () => {
    // Long enough for a call that was refused by one connection to get through on the next.
    await open(1, { 'grpc.max_connection_age_ms': 1_500, 'grpc.max_connection_age_grace_ms': 60_000 });
    const stream = await caller.watch();
    let isOver = false;
    void stream
      .next()
      .finally(() => (isOver = true))
      .catch(() => undefined);
    const until = performance.now() + 5_000;
    const callers = Array.from({ length: 8 }, async () => {
      while (performance.now() < until) await caller.create();
    });
    await Promise.all(callers);
    expect(caller.failures).toBe(0);
    expect(replicas[0]?.peers.size).toBeGreaterThan(2);
    expect(isOver).toBe(false);
    stream.cancel();
  });
});
