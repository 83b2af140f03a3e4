import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { Injectable, Module } from '@nestjs/common';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import {
  KeySetServiceClient,
  KeySetServiceService,
  RevocationServiceClient,
  RevocationServiceService,
} from '@gatehouse/contracts/auth';
import { UserServiceClient, UserServiceService } from '@gatehouse/contracts/users';
import { fromServiceError, type AppError } from '@gatehouse/errors';
import { createLogger } from '@gatehouse/telemetry';
import { eventually } from '@gatehouse/testing';
import {
  openClient,
  RpcController,
  serverKinds,
  startService,
  type Call,
  type RpcHandlers,
  type RunningService,
} from '../index.js';

const ID = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';
/** Calls that wait, and how to end their wait. */
let waiting: (() => void)[] = [];
let guarded = 0;
let watching = 0;

@RpcController(UserServiceService)
@Injectable()
class Directory implements RpcHandlers<typeof UserServiceService> {
  async getProfile() {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return { user: undefined };
  }
  async updateProfile() {
    return { user: undefined };
  }
  async getUser() {
    return { user: undefined };
  }
  async listUsers() {
    return { users: [], nextPageToken: '' };
  }
  async deleteUser() {
    return {};
  }
}

@RpcController(KeySetServiceService)
@Injectable()
class KeySet implements RpcHandlers<typeof KeySetServiceService> {
  async getKeySet() {
    return { keys: [] };
  }
}

@RpcController(RevocationServiceService)
@Injectable()
class Feed implements RpcHandlers<typeof RevocationServiceService> {
  watch(_requests: unknown, call: Call): AsyncIterable<never> {
    watching++;
    return untilAborted(call.signal);
  }
  async revoke(): Promise<never> {
    throw new Error('not called');
  }
}

/** No message, and no end before the caller's. */
function untilAborted(signal: AbortSignal): AsyncIterable<never> {
  const next = async () => {
    await once(signal, 'abort');
    return { done: true as const, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

@Module({ controllers: [Directory, KeySet, Feed] })
class SpecModule {}

const lines: Record<string, unknown>[] = [];
const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
/** Eight for everyone. */
const MAX_IN_FLIGHT = 10;

describe.each(serverKinds)('by %s:', (server) => {
  let service: RunningService;
  let users: UserServiceClient;
  let keys: KeySetServiceClient;

  beforeEach(async () => {
    [waiting, guarded, watching] = [[], 0, 0];
    lines.splice(0);
    service = await startService({
      module: SpecModule,
      definitions: [UserServiceService, KeySetServiceService, RevocationServiceService],
      guard: () => ({ canActivate: () => ++guarded > 0 }),
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      server,
      reflection: false,
      drainTimeoutMs: 400,
      load: { maxInFlight: MAX_IN_FLIGHT, maxLoopBehindMs: 1_000 },
      log: createLogger({ service: 'users', level: 'info', destination }),
    });
    const address = `127.0.0.1:${service.port}`;
    users = new UserServiceClient(address, credentials.createInsecure());
    keys = new KeySetServiceClient(address, credentials.createInsecure());
  });
  afterEach(async () => {
    for (const end of waiting) end();
    users.close();
    keys.close();
    await service.stop();
  });

  const settle = <Reply>(start: (done: (error: ServiceError | null, reply?: Reply) => void) => void) =>
    new Promise<AppError | undefined>((resolve) =>
      start((error) => resolve(error ? fromServiceError(error) : undefined)),
    );
  const getProfile = () => settle((done) => users.getProfile({}, new Metadata(), done));
  const getUser = () => settle((done) => users.getUser({ id: ID }, new Metadata(), done));
  const getKeySet = () => settle((done) => keys.getKeySet({}, new Metadata(), done));

  async function fill(count: number) {
    const calls = Array.from({ length: count }, getProfile);
    await eventually(() => expect(waiting).toHaveLength(count));
    return calls;
  }

  describe('a service that is full', () => {
    it('refuses calls before the guard, loses none of those it took, and takes new ones after them', async () => {
      const taken = await fill(8);
      const refused = await getUser();
      expect(refused).toMatchObject({ code: status.UNAVAILABLE, reason: 'OVERLOADED', retryAfterMs: 1_000 });
      expect(guarded).toBe(8);
      for (const end of waiting.splice(0)) end();
      expect(await Promise.all(taken)).toEqual(Array.from({ length: 8 }, () => undefined));
      expect(await getUser()).toBeUndefined();
    });

    it('takes calls of public methods in the places that it keeps for them', async () => {
      await fill(8);
      expect(await getKeySet()).toBeUndefined();
      expect(await getUser()).toMatchObject({ reason: 'OVERLOADED' });
    });

    it('has one line for all that it refused, and none for each', async () => {
      await fill(8);
      await Promise.all(Array.from({ length: 50 }, getUser));
      await eventually(() => expect(lines.filter(({ msg }) => msg === 'overloaded')).toHaveLength(1));
      expect(lines.find(({ msg }) => msg === 'overloaded')).toMatchObject({ shed: 50, in_flight: 8 });
      expect(lines.filter(({ msg }) => msg === 'call')).toEqual([]);
    });

    it('is not called much more often for it by those who repeat what is refused', async () => {
      await fill(8);
      const repeating = openClient(UserServiceClient, `127.0.0.1:${service.port}`, contract);
      const call = () => settle((done) => repeating.getUser({ id: ID }, new Metadata(), done));
      for (let turn = 0; turn < 10; turn++) await Promise.all(Array.from({ length: 20 }, call));
      repeating.close();
      const shed = () => lines.reduce((all, line) => all + Number(line['shed'] ?? 0), 0);
      await eventually(() => expect(shed()).toBeGreaterThanOrEqual(200));
      expect(shed()).toBeLessThanOrEqual(220);
    });

    it('gives the place back of a caller who goes', async () => {
      const calls = Array.from({ length: 8 }, () => users.getProfile({}, new Metadata(), () => undefined));
      await eventually(() => expect(waiting).toHaveLength(8));
      for (const call of calls) call.cancel();
      await eventually(async () => expect(await getUser()).toBeUndefined());
    });
  });

  it('streams that last take no place', async () => {
    const feed = new RevocationServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
    const streams = Array.from({ length: 3 * MAX_IN_FLIGHT }, () => feed.watch(new Metadata()));
    for (const stream of streams) stream.on('error', () => {});
    await eventually(() => expect(watching).toBe(streams.length));
    expect(await getUser()).toBeUndefined();
    for (const stream of streams) stream.cancel();
    feed.close();
  });

  describe('callers who are slow', () => {
    let session: ClientHttp2Session;
    beforeEach(() => {
      session = connect(`http://127.0.0.1:${service.port}`);
    });
    afterEach(() => session.destroy());

    const open = (path: string, headers = {}) =>
      session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });

    it('take no place while their message is on its way', async () => {
      const streams = Array.from({ length: 50 }, () => open('/gatehouse.users.v1.UserService/GetProfile'));
      await eventually(async () => expect(await getUser()).toBeUndefined());
      for (const stream of streams.slice(0, 8)) stream.end(Buffer.alloc(5));
      await eventually(() => expect(waiting).toHaveLength(8));
      expect(await getUser()).toMatchObject({ reason: 'OVERLOADED' });
    });

    it('take no place before they have said that there is no more', async () => {
      const streams = Array.from({ length: 50 }, () => open('/gatehouse.users.v1.UserService/GetProfile'));
      for (const stream of streams) stream.write(Buffer.alloc(5));
      // Behind all of them on the connection.
      await new Promise((resolve) => session.ping(resolve));
      expect(await getUser()).toBeUndefined();
      for (const stream of streams.slice(0, 8)) stream.end();
      await eventually(() => expect(waiting).toHaveLength(8));
      expect(await getUser()).toMatchObject({ reason: 'OVERLOADED' });
    });

    it('are refused when they compress, before anything is expanded', async () => {
      const bomb = gzipSync(Buffer.alloc(3 * 1024 * 1024));
      const prefix = Buffer.from([1, 0, 0, 0, 0]);
      prefix.writeUInt32BE(bomb.length, 1);
      const stream = open('/gatehouse.users.v1.UserService/GetUser', { 'grpc-encoding': 'gzip' });
      stream.end(Buffer.concat([prefix, bomb]));
      const [headers] = (await once(stream, 'response')) as [Record<string, string>];
      expect(headers).toMatchObject({
        'grpc-status': String(status.UNIMPLEMENTED),
        'grpc-accept-encoding': 'identity',
      });
      expect(guarded).toBe(0);
    });
  });

  describe('an event loop that stood still', () => {
    it('refuses what has waited meanwhile, and takes the next', async () => {
      await fill(1);
      // What HTTP/2 has to send leaves before the first immediate, so it is on its way when the loop stands still.
      const late = new Promise<AppError | undefined>((resolve) => {
        setTimeout(() => {
          void getUser().then(resolve);
          setImmediate(standStill, 1_500);
        }, 1);
      });
      expect(await late).toMatchObject({ reason: 'OVERLOADED' });
      await eventually(async () => expect(await getUser()).toBeUndefined());
    });
  });
});

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
