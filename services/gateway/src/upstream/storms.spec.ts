import { afterEach, describe, expect, it } from '@jest/globals';
import { Server, ServerCredentials, status, type ServiceError } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import { ResourceServiceService, WatchResourcesResponse } from '@gatehouse/contracts/resources';
import { serverLimits } from '@gatehouse/grpc';
import { GrpcUpstream } from './grpc-upstream.js';

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

function open(target: string): GrpcUpstream {
  const service = contract.getService('gatehouse.resources.v1.ResourceService');
  const upstream = new GrpcUpstream([{ target, services: service ? [service] : [] }]);
  running.push(() => upstream.close());
  return upstream;
}

const callOf = (path: string) => ({
  path,
  request: new Uint8Array(),
  metadata: {},
  deadline: Date.now() + 120_000,
});

describe('when every replica answers UNAVAILABLE', () => {
  const refuse = (settle: Settle) => settle({ code: status.UNAVAILABLE, details: 'not now' });

  it('reads are hardly tried again: the budget of retries is used up and stays so', async () => {
    const one = await start(refuse);
    const other = await start(refuse, '127.0.0.2', one.port);
    const upstream = open(`ipv4:${one.address},${other.address}`);
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
    const upstream = open(`ipv4:${one.address},${other.address}`);
    const writes = Array.from({ length: 100 }, () =>
      expect(upstream.unary(callOf(CREATE))).rejects.toMatchObject({ code: status.UNAVAILABLE }),
    );
    await Promise.all(writes);
    expect(one.calls() + other.calls()).toBe(100);
  });
});

describe('when so many callers of streams go away that a connection is ended for it', () => {
  it('no call of another caller fails, also one that may not be tried again', async () => {
    const pending: Settle[] = [];
    const backend = await start((settle) => void pending.push(settle));
    const upstream = open(`ipv4:${backend.address}`);
    const others = Array.from({ length: 50 }, () => upstream.unary(callOf(CREATE)));
    // Reading one message and no more cancels the call.
    const readOne = async () => {
      for await (const message of upstream.serverStream(callOf(WATCH)).messages) return message;
      return undefined;
    };
    let cutOff = 0;
    while (cutOff === 0) {
      const streams = await Promise.allSettled(Array.from({ length: 200 }, readOne));
      cutOff = streams.filter((stream) => stream.status === 'rejected').length;
    }
    for (const settle of pending) settle(null, {});
    const states = (await Promise.allSettled(others)).map((other) => other.status);
    expect(new Set(states)).toEqual(new Set(['fulfilled']));
    expect(backend.calls()).toBe(50);
  }, 120_000);
});
