import { Injectable, Module } from '@nestjs/common';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { UserServiceClient, UserServiceService } from '@gatehouse/contracts/users';
import { fromServiceError, type AppError } from '@gatehouse/errors';
import { RpcController, startService, type RpcHandlers, type RunningService } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createSigningKey } from '@gatehouse/testing';
import { KeySet, RevocationList } from '@gatehouse/tokens';
import { AccessGuard, GuardModule } from './index.js';

const ISSUER = 'https://auth.example.test';
const SUBJECT = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';
const key = createSigningKey();

/** What the guard knows, as each specification sets it. */
const revocations = new RevocationList();
const lease = { isFresh: true };
let issuerSays: boolean | Error = true;
const asked: string[] = [];

@RpcController(UserServiceService)
@Injectable()
class Directory implements RpcHandlers<typeof UserServiceService> {
  async getProfile() {
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

@Module({
  imports: [
    GuardModule.register({
      issuer: ISSUER,
      apiAudience: 'api',
      service: 'users',
      keys: KeySet.from({ keys: [key.jwk] }),
      revocations,
      lease,
      introspect: async (accessToken) => {
        asked.push(accessToken);
        if (issuerSays instanceof Error) throw issuerSays;
        return issuerSays;
      },
    }),
  ],
  controllers: [Directory],
})
class SpecModule {}

describe('the access guard and revocations', () => {
  const lines: Record<string, unknown>[] = [];
  let service: RunningService;
  let users: UserServiceClient;

  beforeAll(async () => {
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    service = await startService({
      module: SpecModule,
      definitions: [UserServiceService],
      guard: (app) => app.get(AccessGuard),
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      reflection: false,
      drainTimeoutMs: 1_000,
      log: createLogger({ service: 'users', level: 'info', destination }),
    });
    users = new UserServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  });
  beforeEach(() => {
    lines.splice(0);
    asked.splice(0);
    lease.isFresh = true;
    issuerSays = true;
  });
  afterAll(async () => {
    users.close();
    await service.stop();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const sign = (changes: object = {}) =>
    key.sign({
      iss: ISSUER,
      aud: 'api',
      sub: SUBJECT,
      client_id: 'gatehouse',
      credential: 'session',
      sid: 'session-1',
      jti: `jti-${Math.random()}`,
      iat: now(),
      exp: now() + 300,
      scope: 'users:delete',
      ...changes,
    });
  const bearer = (accessToken: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${accessToken}`);
    return metadata;
  };
  const settle = <Reply>(start: (done: (error: ServiceError | null, reply: Reply) => void) => void) =>
    new Promise<AppError | undefined>((resolve) =>
      start((error) => resolve(error ? fromServiceError(error) : undefined)),
    );
  /** Lenient by the contract, and strict. */
  const read = (accessToken: string) => settle((done) => users.getProfile({}, bearer(accessToken), done));
  const write = (accessToken: string) => {
    const request = { user: { id: '', displayName: 'A', email: '', bio: '' } as never, updateMask: ['bio'] };
    return settle((done) => users.updateProfile(request, bearer(accessToken), done));
  };

  it.each([
    ['cold', async () => undefined],
    ['from memory', async (accessToken: string) => expect(await read(accessToken)).toBeUndefined()],
  ])('refuses a revoked access token like any other bad one, %s', async (_how, before) => {
    const jti = `jti-${Math.random()}`;
    const accessToken = sign({ jti });
    await before(accessToken);
    revocations.apply([{ kind: 'token', key: jti, notBefore: 0, expiresAt: now() + 300 }]);
    lines.splice(0);
    for (const call of [read, write, read]) {
      const error = await call(accessToken);
      expect(error).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED', metadata: {} });
    }
    expect(new Set(lines.map((line) => line['reason']))).toEqual(new Set(['REVOKED']));
    expect(await read(sign())).toBeUndefined();
  });

  it('asks nobody while it knows enough', async () => {
    issuerSays = false;
    const accessToken = sign();
    for (const call of [write, write, read]) expect(await call(accessToken)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  const refused = { code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED' };
  const unknown = { code: status.UNAVAILABLE, reason: 'REVOCATIONS_UNKNOWN', retryAfterMs: 1_000 };
  const cases: [string, boolean | Error, typeof refused | undefined][] = [
    ['admits whom the issuer calls active', true, undefined],
    ['refuses whom the issuer calls inactive', false, refused],
    ['is UNAVAILABLE when the issuer does not answer', new Error('away'), unknown],
  ];
  it.each(cases)(
    'on old knowledge a strict method %s, a lenient one goes on',
    async (_what, says, answer) => {
      const [cold, warm] = [sign(), sign()];
      await read(warm);
      lease.isFresh = false;
      issuerSays = says;
      for (const accessToken of [cold, warm]) {
        const error = await write(accessToken);
        if (answer === undefined) expect(error).toBeUndefined();
        else expect(error).toMatchObject(answer);
        expect(await read(accessToken)).toBeUndefined();
      }
      expect(asked).toEqual([cold, warm]);
    },
  );

  it('asks the issuer about nobody whom it can refuse itself', async () => {
    lease.isFresh = false;
    expect(await write(`${sign()}x`)).toMatchObject(refused);
    expect(await write(sign({ exp: now() - 10, iat: now() - 300 }))).toMatchObject(refused);
    const service = sign({ sub: 'gatehouse', sid: undefined, aud: 'users' });
    expect(await write(service)).toMatchObject({ reason: 'CALLER_NOT_ADMITTED' });
    const jti = `jti-${Math.random()}`;
    revocations.apply([{ kind: 'token', key: jti, notBefore: 0, expiresAt: now() + 300 }]);
    expect(await write(sign({ jti }))).toMatchObject(refused);
    expect(asked).toEqual([]);
  });
});
