import { afterEach, describe, expect, it } from '@jest/globals';
import { Server, ServerCredentials, status, type ServiceError, Metadata } from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import {
  CreateResourceResponse,
  GetResourceResponse,
  ResourceServiceService,
} from '@gatehouse/contracts/resources';
import type { AppError } from '@gatehouse/errors';
import { openUpstream } from './open-upstream.js';
import type { Reply, Upstream } from './upstream.js';
import { upstreamError } from './upstream-error.js';
import { upstreamKinds, type UpstreamKind } from './upstream-kind.js';

const READ = '/gatehouse.resources.v1.ResourceService/GetResource';
const CREATE = '/gatehouse.resources.v1.ResourceService/CreateResource';

interface Replica {
  readonly address: string;
  readonly seen: string[];
  kill(): void;
}

const running: (() => void)[] = [];
afterEach(() => {
  for (const end of running.splice(0)) end();
});

/** A replica that answers, or fails its first calls with a code. */
async function startReplica(
  failures: { count: number; code: status } = { count: 0, code: status.OK },
): Promise<Replica> {
  const server = new Server();
  const seen: string[] = [];
  let left = failures.count;
  const answer = <Reply>(method: string, reply: Reply) => {
    return (_call: unknown, callback: (error: Partial<ServiceError> | null, reply?: Reply) => void) => {
      seen.push(method);
      if (left-- > 0) callback({ code: failures.code, details: 'not now' });
      else callback(null, reply);
    };
  };
  const resource = undefined;
  server.addService(ResourceServiceService, {
    getResource: answer('GetResource', GetResourceResponse.fromPartial({ resource })),
    createResource: answer('CreateResource', CreateResourceResponse.fromPartial({ resource })),
  });
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
  });
  const replica = { address: `127.0.0.1:${port}`, seen, kill: () => server.forceShutdown() };
  running.push(replica.kill);
  return replica;
}

function open(kind: UpstreamKind, target: string): Upstream {
  const file = [...contract.files].find(({ name }) => name === 'gatehouse/resources/v1/resource_service');
  const upstream = openUpstream(kind, [{ target, services: file?.services ?? [] }]);
  running.push(() => upstream.close());
  return upstream;
}

function call(upstream: Upstream, path: string): Promise<Reply> {
  return upstream.unary({
    path,
    request: new Uint8Array(),
    metadata: {},
    deadline: performance.now() + 10_000,
  });
}

describe.each(upstreamKinds)('several replicas, by %s,', (kind) => {
  it('get calls in turn, and the loss of one loses no read', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const upstream = open(kind, `ipv4:${first.address},${second.address}`);
    for (let turn = 0; turn < 40; turn++) await call(upstream, READ);
    expect(first.seen.length).toBeGreaterThan(5);
    expect(second.seen.length).toBeGreaterThan(5);
    const before = second.seen.length;
    first.kill();
    for (let turn = 0; turn < 40; turn++) await call(upstream, READ);
    expect(second.seen.length - before).toBe(40);
  });
});

describe.each(upstreamKinds)('a call that fails, by %s,', (kind) => {
  it.each([status.UNAVAILABLE, status.INTERNAL])(
    'is tried again when the method changes nothing (%i)',
    async (code) => {
      const replica = await startReplica({ count: 2, code });
      await call(open(kind, `dns:///${replica.address}`), READ);
      expect(replica.seen).toEqual(['GetResource', 'GetResource', 'GetResource']);
    },
  );

  it.each([status.UNAVAILABLE, status.INTERNAL])(
    'is not tried again when it may have done something (%i)',
    async (code) => {
      const replica = await startReplica({ count: 2, code });
      await expect(call(open(kind, `dns:///${replica.address}`), CREATE)).rejects.toMatchObject({ code });
      expect(replica.seen).toEqual(['CreateResource']);
    },
  );

  it('has no backend to go to when nobody serves it', async () => {
    await expect(call(open(kind, 'dns:///127.0.0.1:1'), '/a.b.C/D')).rejects.toThrow(/a\.b\.C/);
  });
});

describe('the error of a transport', () => {
  const made = (code: status, metadata = new Metadata()): AppError =>
    upstreamError({ code, details: 'connect ECONNREFUSED 10.0.0.7:50051', metadata, name: '', message: '' });

  it.each([
    [status.UNAVAILABLE, 'UNAVAILABLE', 'PEER_UNAVAILABLE'],
    [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
    [status.RESOURCE_EXHAUSTED, 'RESOURCE_EXHAUSTED', 'RESOURCE_EXHAUSTED'],
    [status.UNIMPLEMENTED, 'UNIMPLEMENTED', 'UNIMPLEMENTED'],
    [status.CANCELLED, 'INTERNAL', 'INTERNAL'],
    [status.UNKNOWN, 'INTERNAL', 'INTERNAL'],
    [status.UNAUTHENTICATED, 'INTERNAL', 'INTERNAL'],
  ])('%i keeps its text for the log', (code, name, reason) => {
    const error = made(code);
    expect({ code: status[error.code], reason: error.reason }).toEqual({ code: name, reason });
    expect(error.message).not.toContain('10.0.0.7');
    expect(error.cause).toMatchObject({ details: expect.stringContaining('10.0.0.7') });
  });

  it('is its code and nothing more when the details cannot be read', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]));
    expect(made(status.NOT_FOUND, metadata)).toMatchObject({ code: status.NOT_FOUND, reason: 'NOT_FOUND' });
  });
});
