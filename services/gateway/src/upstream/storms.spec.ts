import { afterEach, describe, expect, it } from '@jest/globals';
import { Server, ServerCredentials, status, type ServiceError } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { ResourceServiceService, WatchResourcesResponse } from '@gatehouse/contracts/resources';
import { serverLimits } from '@gatehouse/grpc';
import { openUpstream } from './open-upstream.js';
import type { Upstream } from './upstream.js';
import { upstreamKinds, type UpstreamKind } from './upstream-kind.js';

const SERVICE = '/gatehouse.resources.v1.ResourceService';
const READ = `${SERVICE}/GetResource`;
const CREATE = `${SERVICE}/CreateResource`;
const WATCH = `${SERVICE}/WatchResources`;

type Settle = (error: Partial<ServiceError> | null, reply?: object) => void;

const running: (() => void)[] = [];
afterEach(() => {
  for (const end of running.splice(0)) end();
});

/** The backend of a storm, with the limits of every server. */
async function start(answer: (settle: Settle) => void, host = '127.0.0.1', port = 0) {
  const server = new Server(serverLimits);
  let calls = 0;
  const handle = (_call: unknown, settle: Settle) => {
    calls++;
    answer(settle);
  };
  server.addService(ResourceServiceService, {
    getResource: handle,
    createResource: handle,
    watchResources: (call: { write(message: object): void }) =>
      call.write(WatchResourcesResponse.fromPartial({})),
  });
  const bound = await new Promise<number>((resolve, reject) => {
    const settle = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), settle);
  });
  running.push(() => server.forceShutdown());
  return { address: `${host}:${bound}`, port: bound, calls: () => calls };
}

function open(kind: UpstreamKind, target: string): Upstream {
  const service = contract.getService('gatehouse.resources.v1.ResourceService');
  const upstream = openUpstream(kind, [{ target, services: service ? [service] : [] }]);
  running.push(() => upstream.close());
  return upstream;
}

const callOf = (path: string) => ({
  path,
  request: new Uint8Array(),
  metadata: {},
  deadline: performance.now() + 120_000,
});

describe.each(upstreamKinds)('when every replica answers UNAVAILABLE, by %s,', (kind) => {
  const refuse = (settle: Settle) => settle({ code: status.UNAVAILABLE, details: 'not now' });

  it('reads are hardly tried again: the budget of retries is used up and stays so', async () => {
    const one = await start(refuse);
    const other = await start(refuse, '127.0.0.2', one.port);
    const upstream = open(kind, `ipv4:${one.address},${other.address}`);
    const read = () =>
      expect(upstream.unary(callOf(READ))).rejects.toMatchObject({ code: status.UNAVAILABLE });
    for (let call = 0; call < 20; call++) await read();
    const before = one.calls() + other.calls();
    await Promise.all(Array.from({ length: 300 }, read));
    expect(one.calls() + other.calls() - before).toBeLessThanOrEqual(300 * 1.1);
    // What the first calls cost counts as well.
    expect(one.calls() + other.calls()).toBeLessThanOrEqual(320 * 1.1);
  });

  it('a write is sent once', async () => {
    const one = await start(refuse);
    const other = await start(refuse, '127.0.0.2', one.port);
    const upstream = open(kind, `ipv4:${one.address},${other.address}`);
    const writes = Array.from({ length: 100 }, () =>
      expect(upstream.unary(callOf(CREATE))).rejects.toMatchObject({ code: status.UNAVAILABLE }),
    );
    await Promise.all(writes);
    expect(one.calls() + other.calls()).toBe(100);
  });
});

describe('when many callers of streams go away', () => {
  /** Calls that last while streams come and go; returns what ends them and checks them. */
  async function lastingCalls(upstream: Upstream, pending: Settle[]) {
    const settled = Promise.allSettled(Array.from({ length: 50 }, () => upstream.unary(callOf(CREATE))));
    return async () => {
      for (const settle of pending) settle(null, {});
      const states = (await settled).map(({ status }) => status);
      expect(states).toEqual(Array.from({ length: 50 }, () => 'fulfilled'));
    };
  }

  /** Reads one message and no more of two hundred streams; returns how many could not be read. */
  async function comeAndGo(upstream: Upstream): Promise<number> {
    const readOne = async () => {
      for await (const message of upstream.serverStream(callOf(WATCH)).messages) return message;
      return undefined;
    };
    const streams = await Promise.allSettled(Array.from({ length: 200 }, readOne));
    return streams.filter(({ status }) => status === 'rejected').length;
  }

  it('so that a connection of grpc-js is ended for it, no call of another caller fails', async () => {
    const pending: Settle[] = [];
    const backend = await start((settle) => void pending.push(settle));
    const upstream = open('grpc-js', `ipv4:${backend.address}`);
    const end = await lastingCalls(upstream, pending);
    while ((await comeAndGo(upstream)) === 0);
    await end();
    // Also one that may not be tried again.
    expect(backend.calls()).toBe(50);
  }, 120_000);

  it('no connection of our own is ended for it: no stream of another caller fails either', async () => {
    const pending: Settle[] = [];
    const backend = await start((settle) => void pending.push(settle));
    const upstream = open('http2-grpc', `ipv4:${backend.address}`);
    const end = await lastingCalls(upstream, pending);
    const stream = upstream.serverStream(callOf(WATCH)).messages[Symbol.asyncIterator]();
    await stream.next();
    let isOver = false;
    void stream.next().then(
      () => undefined,
      () => (isOver = true),
    );
    // More than grpc-js bears.
    for (let round = 0; round < 15; round++) expect(await comeAndGo(upstream)).toBe(0);
    expect(isOver).toBe(false);
    await end();
    expect(backend.calls()).toBe(50);
  }, 120_000);
});
