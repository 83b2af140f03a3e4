import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserServiceClient, UserServiceService } from '@gatehouse/contracts/users';
import { fromServiceError } from '@gatehouse/errors';
import { RpcController, startService, type RpcHandlers, type RunningService } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createSigningKey, specTelemetry, type SpecTelemetry } from '@gatehouse/testing';
import { KeySet, RevocationList } from '@gatehouse/tokens';
import { AccessGuard, GuardModule } from './index.js';

const ISSUER = 'https://auth.example.test';
const key = createSigningKey();
const stranger = createSigningKey();
const revocations = new RevocationList();
const lease = { isFresh: true };

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
    }),
  ],
  controllers: [Directory],
})
class SpecModule {}

describe('the decisions of a guard', () => {
  let telemetry: SpecTelemetry;
  let service: RunningService;
  let users: UserServiceClient;

  beforeAll(async () => {
    telemetry = await specTelemetry();
    service = await startService({
      module: SpecModule,
      definitions: [UserServiceService],
      guard: (app) => app.get(AccessGuard),
      host: '127.0.0.1',
      port: 0,
      healthPort: 0,
      reflection: false,
      drainTimeoutMs: 1_000,
      log: createLogger({ service: 'users', level: 'silent' }),
    });
    users = new UserServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  });
  afterAll(async () => {
    users.close();
    await service.stop();
    await telemetry.close();
  });

  const now = () => Math.floor(Date.now() / 1_000);
  const claims = (more: object = {}) => {
    const ids = {
      sub: randomUUID(),
      client_id: 'web',
      sid: randomUUID(),
      jti: randomUUID(),
      credential: 'session',
    };
    const times = { iat: now(), auth_time: now(), exp: now() + 300 };
    return { iss: ISSUER, aud: 'api', ...ids, ...times, scope: 'resources:read', ...more };
  };
  const bearer = (accessToken: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${accessToken}`);
    return metadata;
  };
  /** Makes a call until it gets as far as the guard: on a busy machine the server sheds some before. */
  const decided = async (call: (done: (error: ServiceError | null) => void) => void): Promise<void> => {
    const error = await new Promise<ServiceError | null>((resolve) => call(resolve));
    if (!error || fromServiceError(error).reason !== 'OVERLOADED') return;
    await delay(20);
    return decided(call);
  };
  const getProfile = (metadata: Metadata) => decided((done) => users.getProfile({}, metadata, done));
  const deleteUser = (metadata: Metadata) =>
    decided((done) => users.deleteUser({ id: randomUUID() }, metadata, done));
  /** What was counted meanwhile, by reason; `admitted` for those who were. */
  const counted = async (work: () => Promise<void>) => {
    const read = async () =>
      (await telemetry.points('gatehouse.guard.decisions')).map(
        ({ attributes, value }) => [String(attributes['reason'] ?? attributes['decision']), value] as const,
      );
    const before = new Map(await read());
    await work();
    const grown = (await read()).map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
    return Object.fromEntries(grown.filter(([, value]) => value > 0));
  };

  it('are counted once for a call, whether the access token is known or new', async () => {
    const metadata = bearer(key.sign(claims()));
    const work = async () => {
      for (let n = 0; n < 3; n++) await getProfile(metadata);
    };
    expect(await counted(work)).toEqual({ admitted: 3 });
  });

  const revoked = claims();
  const ofService = { aud: 'users', sub: 'auth', client_id: 'auth', sid: undefined };
  const refused: [string, () => Metadata][] = [
    ['ACCESS_TOKEN_MISSING', () => new Metadata()],
    ['TEXT_MALFORMED', () => bearer('a.b')],
    ['KEY_UNKNOWN', () => bearer(stranger.sign(claims()))],
    ['SIGNATURE_INVALID', () => bearer(key.sign(claims()).replace(/.{8}$/, 'AAAAAAAA'))],
    ['EXPIRED', () => bearer(key.sign(claims({ iat: now() - 400, exp: now() - 100 })))],
    ['CALLER_NOT_ADMITTED', () => bearer(key.sign(claims(ofService)))],
    ['REVOKED', () => bearer(key.sign(revoked))],
  ];

  it.each(refused)(
    'are counted when they refuse, with the reason that is logged: %s',
    async (reason, make) => {
      const expiresAt = now() + 300;
      revocations.apply([{ kind: 'token', key: revoked.jti, notBefore: 0, expiresAt }]);
      expect(await counted(() => getProfile(make()))).toEqual({ [reason]: 1 });
    },
  );

  it('are counted when nobody can know whether the access token was revoked', async () => {
    lease.isFresh = false;
    const strict = bearer(key.sign(claims()));
    expect(await counted(() => deleteUser(strict))).toEqual({ REVOCATIONS_UNKNOWN: 1 });
    lease.isFresh = true;
  });

  it('have no more reasons however many callers there are, and whatever they send', async () => {
    const garbage = [
      () => randomBytes(24).toString('base64url'),
      () => `${randomUUID()}.${randomUUID()}.${randomUUID()}`,
      () => key.sign(claims(), { typ: randomUUID() }),
      () => key.sign(claims(), { kid: randomUUID() }),
      () => key.sign(claims({ iss: randomUUID() })),
      () => key.sign(claims({ aud: randomUUID() })),
      () => key.sign(claims({ sub: randomUUID(), client_id: randomUUID() })),
      () => stranger.sign(claims({ sub: randomUUID() })),
    ];
    const labels = async () => {
      const points = await telemetry.points('gatehouse.guard.decisions');
      return points.map(({ attributes }) => JSON.stringify(attributes)).sort();
    };
    for (const make of garbage) await getProfile(bearer(make()));
    const before = await labels();
    const sent = Array.from({ length: 1_000 }, (_, n) => garbage[n % garbage.length]!());
    const { admitted, ...others } = await counted(async () => {
      while (sent.length > 0) {
        await Promise.all(sent.splice(0, 50).map((accessToken) => getProfile(bearer(accessToken))));
      }
    });
    expect(admitted).toBe(125);
    expect(Object.values(others).reduce((sum, value) => sum + value, 0)).toBe(875);
    expect(await labels()).toEqual(before);
  });
});
