import { Injectable, Module } from '@nestjs/common';
import { connect } from 'node:http2';
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type ServiceError,
} from '@grpc/grpc-js';
import { contract } from '@gatehouse/contracts';
import {
  type GetUserRequest,
  GetUserResponse,
  UserServiceClient,
  UserServiceService,
  type ListUsersRequest,
} from '@gatehouse/contracts/users';
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
} from './index.js';

const ID = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';
const user = {
  id: ID,
  displayName: '',
  email: '',
  bio: '',
  createTime: undefined,
  updateTime: undefined,
  etag: '',
};

/** Waits until told to go on, so that a call can be caught in flight. */
let gate: Promise<void> = Promise.resolve();
/** Calls that have come to it. */
let arrived = 0;
let aborted = 0;

@RpcController(UserServiceService)
@Injectable()
class Directory implements RpcHandlers<typeof UserServiceService> {
  async getProfile() {
    arrived++;
    await gate;
    return { user };
  }
  async updateProfile(): Promise<never> {
    throw new Error('SELECT secret FROM users');
  }
  async getUser(request: GetUserRequest) {
    return { user: { ...user, id: request.id } };
  }
  async listUsers(request: ListUsersRequest, call: Call) {
    call.signal.addEventListener('abort', () => aborted++);
    await new Promise((resolve) => setTimeout(resolve, request.pageSize));
    return { users: [], nextPageToken: '' };
  }
  async deleteUser() {
    return {};
  }
}

@Module({ controllers: [Directory] })
class SpecModule {}

@Module({})
class EmptyModule {}

const lines: Record<string, unknown>[] = [];
const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
const options = {
  module: SpecModule,
  definitions: [UserServiceService],
  guard: () => ({ canActivate: () => true }),
  host: '127.0.0.1',
  port: 0,
  healthPort: 0,
  reflection: true,
  drainTimeoutMs: 400,
  log: createLogger({ service: 'users', level: 'info', destination }),
};

describe.each(serverKinds)('a service of %s', (server) => {
  let service: RunningService;
  let client: UserServiceClient;

  beforeAll(async () => {
    service = await startService({ ...options, server });
    client = new UserServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  });
  beforeEach(() => lines.splice(0));
  afterAll(async () => {
    client.close();
    await service.stop();
  });

  const settle = <Reply>(start: (done: (error: ServiceError | null, reply?: Reply) => void) => void) =>
    new Promise<{ reply?: Reply; error?: AppError }>((resolve) =>
      start((error, reply) => resolve(error ? { error: fromServiceError(error) } : { reply })),
    );

  it('writes one line for a call, with the ids that came with it', async () => {
    const metadata = new Metadata();
    metadata.set('x-request-id', 'request-1');
    metadata.set('traceparent', `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`);
    await settle((done) => client.getUser({ id: ID }, metadata, done));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      grpc_service: 'gatehouse.users.v1.UserService',
      grpc_method: 'GetUser',
      grpc_code: 'OK',
      request_id: 'request-1',
      trace_id: 'ab'.repeat(16),
      duration_ms: expect.any(Number),
    });
  });

  it('does not take over a request id that could forge a log line', async () => {
    const metadata = new Metadata();
    metadata.set('x-request-id', 'a b {"level":"fatal"}');
    await settle((done) => client.getUser({ id: ID }, metadata, done));
    expect(lines[0]?.['request_id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('answers a fault with fixed text and logs its cause once', async () => {
    const { error } = await settle((done) =>
      client.updateProfile({ user, updateMask: undefined }, new Metadata(), done),
    );
    expect(error).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL', message: 'internal error' });
    expect(lines.filter((line) => JSON.stringify(line).includes('SELECT secret'))).toHaveLength(1);
  });

  it('refuses bytes that are no message of the method', async () => {
    const raw = new Client(`127.0.0.1:${service.port}`, credentials.createInsecure());
    const garbage = () => Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    const { error } = await settle((done) =>
      raw.makeUnaryRequest(
        '/gatehouse.users.v1.UserService/GetUser',
        garbage,
        GetUserResponse.decode,
        {},
        done,
      ),
    );
    raw.close();
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'MESSAGE_MALFORMED' });
    expect(lines).toMatchObject([{ grpc_code: 'INVALID_ARGUMENT', reason: 'MESSAGE_MALFORMED' }]);
    expect((await settle((done) => client.getUser({ id: ID }, new Metadata(), done))).error).toBeUndefined();
  });

  it('refuses a message over the limit', async () => {
    const displayName = 'x'.repeat(5 * 1024 * 1024);
    const { error } = await settle((done) =>
      client.updateProfile({ user: { ...user, displayName }, updateMask: undefined }, new Metadata(), done),
    );
    expect(error?.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('gives up at the deadline of the caller and tells the handler', async () => {
    aborted = 0;
    const { error } = await settle((done) =>
      client.listUsers(
        { pageSize: 2_000, pageToken: '', query: '' },
        new Metadata(),
        { deadline: Date.now() + 1_000 },
        done,
      ),
    );
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    await eventually(() => expect(aborted).toBe(1));
    expect(lines).toMatchObject([{ grpc_code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED' }]);
  });

  it('logs a caller who goes away as what it is', async () => {
    aborted = 0;
    const request = { pageSize: 2_000, pageToken: '', query: '' };
    const done = () => undefined;
    const call = client.listUsers(request, new Metadata(), { deadline: Date.now() + 20_000 }, done);
    setTimeout(() => call.cancel(), 100);
    await eventually(() => expect(aborted).toBe(1));
    expect(lines).toMatchObject([{ grpc_code: 'CANCELLED' }]);
  });

  it('says so by the health protocol and over HTTP', async () => {
    const health = new Client(`127.0.0.1:${service.port}`, credentials.createInsecure());
    const asked = await settle<Buffer>((done) =>
      health.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        () => Buffer.from('\n\x1egatehouse.users.v1.UserService', 'latin1'),
        (bytes) => bytes,
        {},
        done,
      ),
    );
    health.close();
    expect([...(asked.reply ?? [])]).toEqual([8, 1]);
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${service.healthPort}${path}`)).status;
    expect([await get('/livez'), await get('/readyz'), await get('/other')]).toEqual([200, 200, 404]);
  });

  const reflected = (port: number, request: Buffer) =>
    new Promise<string>((resolve) => {
      const tool = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      const call = tool.makeBidiStreamRequest(
        '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
        () => request,
        (bytes) => bytes.toString('latin1'),
      );
      call.on('data', (reply: string) => resolve(reply));
      call.on('error', (error: ServiceError) => resolve(status[error.code] ?? ''));
      call.on('end', () => tool.close());
      call.write({});
      call.end();
    });

  it('tells tools its services and the files of the contract, unless told not to', async () => {
    // ServerReflectionRequest with `list_services` set to the empty string.
    const listServices = Buffer.from([0x3a, 0x00]);
    const names = await reflected(service.port, listServices);
    expect(names).toContain('gatehouse.users.v1.UserService');
    expect(names).not.toContain('gatehouse.auth.v1');
    // With `file_containing_symbol`.
    const symbol = Buffer.from('gatehouse.users.v1.UserService');
    const file = await reflected(service.port, Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
    expect(file).toContain('gatehouse/users/v1/user_service.proto');
    expect(file).toContain('.gatehouse.users.v1.GetProfileRequest');
    const silent = await startService({ ...options, server, reflection: false });
    expect(await reflected(silent.port, listServices)).toBe('UNIMPLEMENTED');
    await silent.stop();
  });

  it('announces its limits to whoever connects', async () => {
    const session = connect(`http://127.0.0.1:${service.port}`);
    const settings = await new Promise<{ maxConcurrentStreams?: number }>((resolve) =>
      session.once('remoteSettings', resolve),
    );
    session.close();
    expect(settings.maxConcurrentStreams).toBe(200);
  });

  it('refuses to start when a method has no controller, and names the methods', async () => {
    await expect(startService({ ...options, module: EmptyModule })).rejects.toThrow(
      /UserService\/GetProfile.*UserService\/DeleteUser/,
    );
  });

  it('refuses to start on a taken port', async () => {
    await expect(startService({ ...options, server, port: service.port })).rejects.toThrow();
  });
});

describe('a class that lacks a handler', () => {
  it('is refused where it is declared', () => {
    class Incomplete {}
    expect(() => RpcController(UserServiceService)(Incomplete as never)).toThrow(/UserService\/GetProfile/);
  });
});

describe.each(serverKinds)('stopping one of %s', (server) => {
  it('finishes what is in flight and takes nothing new', async () => {
    const service = await startService({ ...options, server });
    const client = new UserServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
    let open = () => {};
    gate = new Promise((resolve) => (open = resolve));
    const before = arrived;
    const inFlight = new Promise<ServiceError | null>((resolve) =>
      client.getProfile({}, new Metadata(), (error) => resolve(error)),
    );
    await eventually(() => expect(arrived).toBe(before + 1));
    const stopped = service.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await fetch(`http://127.0.0.1:${service.healthPort}/readyz`)).status).toBe(503);
    open();
    expect(await inFlight).toBeNull();
    await stopped;
    client.close();
  });

  it('ends what does not finish within the bound', async () => {
    const service = await startService({ ...options, server });
    const client = new UserServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
    gate = new Promise(() => {});
    const before = arrived;
    const inFlight = new Promise<ServiceError | null>((resolve) =>
      client.getProfile({}, new Metadata(), (error) => resolve(error)),
    );
    await eventually(() => expect(arrived).toBe(before + 1));
    lines.splice(0);
    await service.stop();
    expect((await inFlight)?.code).toBe(status.UNAVAILABLE);
    const calls = lines.filter(({ msg }) => msg === 'call');
    expect(calls).toMatchObject([{ grpc_code: 'UNAVAILABLE', reason: 'STOPPING' }]);
    client.close();
    gate = Promise.resolve();
  });
});

describe('an outgoing client', () => {
  it.each([
    ['retries a method that the contract calls idempotent', 'GetUser', 3],
    ['does not repeat another one', 'UpdateProfile', 1],
  ])('%s', async (_, method, expected) => {
    let attempts = 0;
    const unavailable = (_call: unknown, done: (error: { code: status }) => void) => {
      attempts++;
      done({ code: status.UNAVAILABLE });
    };
    const server = new Server();
    const handlers = Object.fromEntries(Object.keys(UserServiceService).map((name) => [name, unavailable]));
    server.addService(UserServiceService, handlers as never);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const client = openClient(UserServiceClient, `127.0.0.1:${port}`, contract);
    const path = `/gatehouse.users.v1.UserService/${method}`;
    const empty = () => Buffer.alloc(0);
    await new Promise((resolve) => client.makeUnaryRequest(path, empty, GetUserResponse.decode, {}, resolve));
    client.close();
    server.forceShutdown();
    expect(attempts).toBe(expected);
  });
});
