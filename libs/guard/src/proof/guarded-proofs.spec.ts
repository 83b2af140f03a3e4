import { Injectable, Module } from '@nestjs/common';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { UserServiceClient, UserServiceService } from '@gatehouse/contracts/users';
import { fromServiceError, type AppError } from '@gatehouse/errors';
import { RpcController, startService, type RpcHandlers, type RunningService } from '@gatehouse/grpc';
import { createLogger } from '@gatehouse/telemetry';
import { createProofKey, createSigningKey } from '@gatehouse/testing';
import { KeySet } from '@gatehouse/tokens';
import { AccessGuard, GuardModule } from '../index.js';
import { proofInvalid, proofsUnknown } from './proof-refusal.js';

const ISSUER = 'https://auth.example.test';
const URI = `${ISSUER}/gatehouse.users.v1.UserService/GetProfile`;
const signingKey = createSigningKey();
const key = createProofKey();

let used: Set<string>;
let isAway: boolean;
let handled: number;

@RpcController(UserServiceService)
@Injectable()
class Directory implements RpcHandlers<typeof UserServiceService> {
  async getProfile() {
    handled++;
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
      issuer: `${ISSUER}`,
      apiAudience: 'api',
      service: 'users',
      keys: KeySet.from({ keys: [signingKey.jwk] }),
      revocations: 'none',
      useProof: async (proofId) => {
        if (isAway) throw proofsUnknown();
        if (used.has(proofId)) throw proofInvalid('PROOF_REPLAYED');
        used.add(proofId);
      },
    }),
  ],
  controllers: [Directory],
})
class SpecModule {}

const now = () => Math.floor(Date.now() / 1_000);
function accessToken(claims: object = {}): string {
  return signingKey.sign({
    ...{
      iss: ISSUER,
      aud: 'api',
      sub: 'subject-1',
      client_id: 'app',
      sid: 'grant-1',
      jti: `${Math.random()}`,
    },
    ...{ credential: 'session', iat: now(), exp: now() + 300, scope: '' },
    ...claims,
  });
}
const bound = () => accessToken({ cnf: { jkt: key.thumbprint } });
const prove = (token: string, claims: Readonly<Record<string, unknown>> = {}) =>
  key.prove({ method: 'POST', uri: URI, accessToken: token }, claims);

function metadataOf(scheme: string, token: string, ...proofs: string[]): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `${scheme} ${token}`);
  for (const proof of proofs) metadata.add('dpop', proof);
  return metadata;
}

describe('the access guard and access tokens that are bound to a key', () => {
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
    used = new Set();
    isAway = false;
    handled = 0;
  });
  afterAll(async () => {
    users.close();
    await service.stop();
  });

  const call = (metadata: Metadata) =>
    new Promise<AppError | undefined>((resolve) => {
      users.getProfile({}, metadata, (error: ServiceError | null) =>
        resolve(error ? fromServiceError(error) : undefined),
      );
    });

  it('admits one with a proof for the method, cold and warm', async () => {
    const token = bound();
    for (const scheme of ['DPoP', 'dpop', 'DPoP'])
      expect(await call(metadataOf(scheme, token, prove(token)))).toBeUndefined();
    expect(handled).toBe(3);
  });

  const refused: [string, string, string, () => Metadata][] = [
    ['a bound one as bearer', 'UNAUTHENTICATED', 'PROOF_REQUIRED', () => metadataOf('Bearer', bound())],
    [
      'a bound one as bearer with a proof',
      'UNAUTHENTICATED',
      'PROOF_REQUIRED',
      () => {
        const token = bound();
        return metadataOf('Bearer', token, prove(token));
      },
    ],
    [
      'an unbound one with a proof',
      'UNAUTHENTICATED',
      'NOT_BOUND',
      () => {
        const token = accessToken();
        return metadataOf('DPoP', token, prove(token));
      },
    ],
    [
      'one bound to something else',
      'UNAUTHENTICATED',
      'CONFIRMATION_UNKNOWN',
      () => {
        const token = accessToken({ cnf: { 'x5t#S256': key.thumbprint } });
        return metadataOf('DPoP', token, prove(token));
      },
    ],
    ['no proof', 'PROOF_INVALID', 'PROOF_MISSING', () => metadataOf('DPoP', bound())],
    ['a proof of another access token', 'PROOF_INVALID', 'PROOF_TOKEN_MISMATCH', () => wrong(bound(), {})],
    ['a proof of another verb', 'PROOF_INVALID', 'PROOF_METHOD_MISMATCH', () => own({ htm: 'GET' })],
    [
      'a proof of another method',
      'PROOF_INVALID',
      'PROOF_URI_MISMATCH',
      () => own({ htu: URI.replace('GetProfile', 'DeleteUser') }),
    ],
    [
      'a proof of another service',
      'PROOF_INVALID',
      'PROOF_URI_MISMATCH',
      () => own({ htu: URI.replace('users', 'resources') }),
    ],
    [
      'a proof of the address',
      'PROOF_INVALID',
      'PROOF_URI_MISMATCH',
      () => own({ htu: URI.replace(ISSUER, `http://127.0.0.1:${service.port}`) }),
    ],
    ['an old proof', 'PROOF_INVALID', 'PROOF_STALE', () => own({ iat: now() - 120 })],
    [
      'a proof of another key',
      'PROOF_INVALID',
      'PROOF_KEY_MISMATCH',
      () => {
        const token = bound();
        const proof = createProofKey().prove({ method: 'POST', uri: URI, accessToken: token });
        return metadataOf('DPoP', token, proof);
      },
    ],
  ];
  const own = (claims: Readonly<Record<string, unknown>>) => {
    const token = bound();
    return metadataOf('DPoP', token, prove(token, claims));
  };
  const wrong = (token: string, claims: Readonly<Record<string, unknown>>) =>
    metadataOf('DPoP', token, prove(bound(), claims));

  it.each(refused)('refuses %s', async (_, reason, logged, metadata) => {
    expect(await call(metadata())).toMatchObject({ code: status.UNAUTHENTICATED, reason, metadata: {} });
    expect(lines[0]).toMatchObject({ grpc_code: 'UNAUTHENTICATED', reason: logged });
    expect([handled, used.size]).toEqual([0, 0]);
  });

  it('refuses two proofs, one text or two by whoever serves', async () => {
    const token = bound();
    const error = await call(metadataOf('DPoP', token, prove(token), prove(token)));
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'PROOF_INVALID' });
    expect([handled, used.size]).toEqual([0, 0]);
  });

  it('takes a proof once, also of many at the same time', async () => {
    const token = bound();
    const metadata = () => metadataOf('DPoP', token, proof);
    const proof = prove(token);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => call(metadata())));
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1);
    expect(await call(metadata())).toMatchObject({ reason: 'PROOF_INVALID' });
    expect(handled).toBe(1);
  });

  it('calls it an outage when nobody says whether a proof was used', async () => {
    isAway = true;
    const token = bound();
    const error = await call(metadataOf('DPoP', token, prove(token)));
    expect(error).toMatchObject({ code: status.UNAVAILABLE, reason: 'PROOFS_UNKNOWN', retryAfterMs: 1_000 });
    expect(handled).toBe(0);
  });

  it('takes it for a bearer token never, whatever was proven before', async () => {
    const token = bound();
    expect(await call(metadataOf('DPoP', token, prove(token)))).toBeUndefined();
    expect(await call(metadataOf('Bearer', token))).toMatchObject({ reason: 'UNAUTHENTICATED' });
    expect(handled).toBe(1);
  });
});
