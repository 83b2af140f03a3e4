import { Injectable, Module } from '@nestjs/common';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import {
  ProvisioningServiceClient,
  ProvisioningServiceService,
  UserServiceClient,
  UserServiceService,
} from '@gatehouse/contracts/users';
import { fromServiceError, type AppError } from '@gatehouse/errors';
import {
  RpcController,
  startService,
  type Call,
  type RpcHandlers,
  type RunningService,
} from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createSigningKey } from '@gatehouse/testing';
import { KeySet, KeysUnavailable, type KeySource } from '@gatehouse/tokens';
import { AccessGuard, GuardModule } from './index.js';

const ISSUER = 'https://auth.example.test';
const SUBJECT = '7f5a3ad4-52ab-4a41-8c0c-3d8f6f1f9b10';
const key = createSigningKey();
const stranger = createSigningKey();
const admitted = KeySet.from({ keys: [key.jwk] });
/** What the guard told of those it knew and refused. */
const refusals: [string, string][] = [];
let issuerIsDown = false;
let lookUpFails: Error | undefined;
const keys: KeySource = {
  find: (keyId) => (issuerIsDown ? undefined : admitted.find(keyId)),
  lookUp: async (keyId) => {
    if (lookUpFails) throw lookUpFails;
    if (issuerIsDown) throw new KeysUnavailable('down');
    return admitted.find(keyId);
  },
};

/** Answers every call with what it knows of the caller, so that a specification sees who was admitted. */
@RpcController(UserServiceService)
@Injectable()
class Directory implements RpcHandlers<typeof UserServiceService> {
  async getProfile(_: object, call: Call) {
    return { user: user(call.principal.subject) };
  }
  async updateProfile() {
    return { user: undefined };
  }
  async getUser(request: { id: string }) {
    return { user: user(request.id) };
  }
  async listUsers() {
    return { users: [], nextPageToken: '' };
  }
  async deleteUser() {
    return {};
  }
}

@RpcController(ProvisioningServiceService)
@Injectable()
class Provisioning implements RpcHandlers<typeof ProvisioningServiceService> {
  async provisionUser() {
    return {};
  }
  async eraseUser() {
    return {};
  }
  async describeUser() {
    return { displayName: '' };
  }
}

@Module({
  imports: [
    GuardModule.register({
      issuer: ISSUER,
      apiAudience: 'api',
      service: 'users',
      keys,
      revocations: 'none',
      onRefusal: (call, error) => void refusals.push([call.principal.subject, error.reason]),
    }),
  ],
  controllers: [Directory, Provisioning],
})
class SpecModule {}

const user = (id: string) => ({
  id,
  displayName: '',
  email: '',
  bio: '',
  createTime: undefined,
  updateTime: undefined,
  etag: '',
});

describe('the access guard', () => {
  const lines: Record<string, unknown>[] = [];
  let service: RunningService;
  let users: UserServiceClient;
  let provisioning: ProvisioningServiceClient;

  beforeAll(async () => {
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    service = await startService({
      module: SpecModule,
      definitions: [UserServiceService, ProvisioningServiceService],
      guard: (app) => app.get(AccessGuard),
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      reflection: false,
      drainTimeoutMs: 1_000,
      log: createLogger({ service: 'users', level: 'info', destination }),
    });
    const address = `127.0.0.1:${service.port}`;
    users = new UserServiceClient(address, credentials.createInsecure());
    provisioning = new ProvisioningServiceClient(address, credentials.createInsecure());
  });
  beforeEach(() => {
    lines.splice(0);
    refusals.splice(0);
  });
  afterAll(async () => {
    users.close();
    provisioning.close();
    await service.stop();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const claims = () => ({
    iss: ISSUER,
    aud: 'api',
    sub: SUBJECT,
    client_id: 'gatehouse',
    credential: 'session',
    sid: 'session-1',
    jti: `jti-${Math.random()}`,
    iat: now(),
    exp: now() + 300,
    scope: 'resources:read',
  });
  const serviceClaims = (changes: object = {}) => ({
    ...claims(),
    sid: undefined,
    aud: 'users',
    sub: 'auth',
    client_id: 'auth',
    scope: 'users:provision',
    ...changes,
  });
  const bearer = (accessToken: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${accessToken}`);
    return metadata;
  };
  const settle = <Reply>(start: (done: (error: ServiceError | null, reply: Reply) => void) => void) =>
    new Promise<{ reply?: Reply; error?: AppError }>((resolve) =>
      start((error, reply) => resolve(error ? { error: fromServiceError(error) } : { reply })),
    );
  const getProfile = (metadata: Metadata) =>
    settle<{ user?: { id: string } }>((done) => users.getProfile({}, metadata, done));
  const provision = (metadata: Metadata) =>
    settle((done) =>
      provisioning.provisionUser(
        { id: SUBJECT, email: 'a@b.test', displayName: 'A', createTime: new Date() },
        metadata,
        done,
      ),
    );

  it('admits a sound access token and tells the handler who calls, cold and warm', async () => {
    const metadata = bearer(key.sign(claims()));
    for (let i = 0; i < 3; i++) expect((await getProfile(metadata)).reply?.user?.id).toBe(SUBJECT);
    expect(lines.map((line) => line['principal_sub'])).toEqual([SUBJECT, SUBJECT, SUBJECT]);
  });

  it('leaves the clock to our verifier, with its skew', async () => {
    const skewed = { ...claims(), nbf: now() + 3, exp: now() + 200 };
    expect((await getProfile(bearer(key.sign(skewed)))).error).toBeUndefined();
    const expired = { ...claims(), iat: now() - 300, exp: now() - 3 };
    expect((await getProfile(bearer(key.sign(expired)))).error).toBeUndefined();
  });

  it('admits the scheme in any case', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', `BEARER ${key.sign(claims())}`);
    expect((await getProfile(metadata)).reply?.user?.id).toBe(SUBJECT);
  });

  const refused: [string, () => Metadata, string][] = [
    ['no metadata', () => new Metadata(), 'ACCESS_TOKEN_MISSING'],
    ['another scheme', () => with_('authorization', `Basic ${key.sign(claims())}`), 'ACCESS_TOKEN_MISSING'],
    ['no scheme', () => with_('authorization', key.sign(claims())), 'ACCESS_TOKEN_MISSING'],
    ['two spaces', () => with_('authorization', `Bearer  ${key.sign(claims())}`), 'ACCESS_TOKEN_MISSING'],
    [
      'another header',
      () => with_('x-authorization', `Bearer ${key.sign(claims())}`),
      'ACCESS_TOKEN_MISSING',
    ],
    [
      'an expired one',
      () => bearer(key.sign({ ...claims(), iat: now() - 400, exp: now() - 100 })),
      'EXPIRED',
    ],
    ['another issuer', () => bearer(key.sign({ ...claims(), iss: 'https://evil.test' })), 'ISSUER_MISMATCH'],
    ['another audience', () => bearer(key.sign({ ...claims(), aud: 'resources' })), 'AUDIENCE_MISMATCH'],
    ["a user's for this service", () => bearer(key.sign({ ...claims(), aud: 'users' })), 'AUDIENCE_MISMATCH'],
    ['an unknown key', () => bearer(stranger.sign(claims())), 'KEY_UNKNOWN'],
    ['alg none', () => bearer(key.sign(claims(), { alg: 'none' })), 'ALGORITHM_NOT_ALLOWED'],
    ['no session', () => bearer(key.sign({ ...claims(), sid: undefined })), 'SESSION_ID_MALFORMED'],
    ['a changed signature', () => bearer(`${key.sign(claims()).slice(0, -8)}AAAAAAAA`), 'SIGNATURE_INVALID'],
    ['an overlong one', () => bearer('a'.repeat(9_000)), 'TEXT_TOO_LONG'],
  ];
  const with_ = (name: string, value: string) => {
    const metadata = new Metadata();
    metadata.set(name, value);
    return metadata;
  };

  it.each(refused)('refuses %s with the one answer for all, and logs why', async (_, metadata, logged) => {
    const presented = metadata();
    // What was verified once may be remembered: that makes it no better.
    for (const time of ['first', 'second']) {
      const { error } = await getProfile(presented);
      expect([time, error]).toEqual([
        time,
        expect.objectContaining({ code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED', metadata: {} }),
      ]);
      expect(error?.message).toBe((await getProfile(new Metadata())).error?.message);
    }
    expect(lines[0]).toMatchObject({ grpc_code: 'UNAUTHENTICATED', reason: logged });
    expect(lines[2]).toMatchObject({ grpc_code: 'UNAUTHENTICATED', reason: logged });
  });

  it('never logs an access token', async () => {
    const accessToken = key.sign(claims());
    await getProfile(bearer(accessToken));
    await getProfile(bearer(`${accessToken}x`));
    expect(JSON.stringify(lines)).not.toContain(accessToken.split('.')[2]);
  });

  it('refuses a scope without the permission, and names the permission', async () => {
    const { error } = await provision(bearer(key.sign(serviceClaims({ scope: 'users:provisional' }))));
    expect(error).toMatchObject({
      code: status.PERMISSION_DENIED,
      reason: 'PERMISSION_MISSING',
      metadata: { permission: 'users:provision' },
    });
    expect(refusals).toEqual([['auth', 'PERMISSION_MISSING']]);
  });

  it('tells of no refusal where nobody is known, and none where nobody is refused', async () => {
    await getProfile(new Metadata());
    await getProfile(bearer(stranger.sign(claims())));
    await getProfile(bearer(key.sign(claims())));
    expect(refusals).toEqual([]);
  });

  it('admits services where services may call, and nowhere else', async () => {
    const metadata = bearer(key.sign(serviceClaims()));
    expect((await provision(metadata)).error).toBeUndefined();
    expect((await getProfile(metadata)).error).toMatchObject({ reason: 'CALLER_NOT_ADMITTED' });
    const atLarge = await provision(bearer(key.sign(serviceClaims({ aud: 'api' }))));
    expect(atLarge.error).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'CALLER_NOT_ADMITTED' });
    const user = await provision(bearer(key.sign({ ...claims(), scope: 'users:provision' })));
    expect(user.error).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'CALLER_NOT_ADMITTED' });
  });

  it('answers who may call before it looks at the request', async () => {
    const request = { id: 'not a uuid' };
    const refusal = await settle((done) => users.getUser(request, new Metadata(), done));
    expect(refusal.error?.code).toBe(status.UNAUTHENTICATED);
    const admittedCall = await settle((done) => users.getUser(request, bearer(key.sign(claims())), done));
    expect(admittedCall.error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'FIELD_INVALID',
      violations: [{ field: 'id', reason: 'string.uuid' }],
    });
  });

  it('calls a fault of its own by its name, and admits nobody', async () => {
    lookUpFails = new TypeError('a fault');
    try {
      const { error } = await getProfile(bearer(stranger.sign(claims())));
      expect(error).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL', message: 'internal error' });
    } finally {
      lookUpFails = undefined;
    }
  });

  it('calls an outage of the issuer by its name, unless it knows the access token', async () => {
    const known = bearer(key.sign(claims()));
    issuerIsDown = true;
    try {
      expect((await getProfile(known)).error).toMatchObject({
        code: status.UNAVAILABLE,
        reason: 'KEYS_UNAVAILABLE',
        retryAfterMs: 1_000,
      });
    } finally {
      issuerIsDown = false;
    }
    expect((await getProfile(known)).error).toBeUndefined();
  });
});
