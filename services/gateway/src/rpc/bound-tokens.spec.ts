import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { AppError, platformReasons } from '@gatehouse/errors';
import { createProofKey, createSigningKey } from '@gatehouse/testing';
import { cookieOf, credentialInvalid, specSecret } from '../spec/spec-credentials.js';
import { boundToken, payloadOf, serveProofs } from '../spec/spec-proofs.js';
import { startSpecGateway, type SpecAnswer, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
const URI = `https://auth.spec.test${PATH}`;
const ALGS = 'algs="ES256 Ed25519"';

const key = createProofKey();
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  serveProofs(gateway, key);
  gateway.backend.calls.length = 0;
});

const bound = () => boundToken(gateway, key);
const prove = (accessToken: string, claims: Readonly<Record<string, unknown>> = {}) =>
  key.prove({ method: 'GET', uri: URI, accessToken }, claims);

/** Sends a request by the scheme DPoP; a proof of null is none. */
const send = (
  accessToken: string,
  proof: string | string[] | null = prove(accessToken),
  { path = PATH, method = 'GET' } = {},
) =>
  gateway.send(path, {
    method,
    headers: { authorization: `DPoP ${accessToken}`, ...(proof !== null && { dpop: proof }) },
  });

const expectRefused = async (answer: SpecAnswer, error: string, logged: string) => {
  const reason = error === 'invalid_token' ? 'UNAUTHENTICATED' : 'PROOF_INVALID';
  expect(answer).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED', reason } });
  expect(answer.headers['www-authenticate']).toBe(`DPoP realm="gatehouse", ${ALGS}, error="${error}"`);
  expect((await gateway.lineOf(answer))['reason']).toBe(logged);
  expect(gateway.backend.callsOf('GetResource')).toHaveLength(0);
};

describe('an access token that is bound to a key', () => {
  it('calls with a proof; the service gets the same one without its binding, and no proof', async () => {
    const accessToken = bound();
    const answer = await send(accessToken);
    expect(answer.status).toBe(200);
    const { metadata } = gateway.backend.last;
    const [authorization] = metadata.get('authorization');
    const { cnf, ...claims } = payloadOf(accessToken);
    expect(cnf).toBeDefined();
    expect(payloadOf(String(authorization).replace('Bearer ', ''))).toEqual(claims);
    expect(metadata.get('dpop')).toEqual([]);
    expect(await gateway.lineOf(answer)).toMatchObject({ credential: 'dpop' });
  });

  it('is unbound once; each request costs one call to auth', async () => {
    const accessToken = bound();
    for (let times = 0; times < 3; times++) expect((await send(accessToken)).status).toBe(200);
    expect(gateway.backend.callsOf('UnbindToken')).toHaveLength(1);
    expect(gateway.backend.callsOf('UseProof')).toHaveLength(2);
  });

  it('takes the query for no part of what is proven, and the scheme in any case', async () => {
    const accessToken = bound();
    const headers = { authorization: `dpop ${accessToken}` };
    const proof = key.prove({ method: 'GET', uri: `${URI}?x=1#y`, accessToken });
    expect((await gateway.send(PATH, { headers: { ...headers, dpop: proof } })).status).toBe(200);
  });

  it('is unbound anew when what it was unbound to is refused', async () => {
    const accessToken = bound();
    const stranger = createSigningKey();
    const unbind = gateway.backend.behaviour.unbindToken!;
    gateway.backend.behaviour.unbindToken = async (request) => ({
      ...(await unbind(request)),
      accessToken: stranger.sign({}),
    });
    expect((await send(accessToken)).status).toBe(200);
    gateway.backend.behaviour.unbindToken = unbind;
    expect((await send(accessToken)).status).toBe(200);
    expect(gateway.backend.callsOf('UnbindToken')).toHaveLength(2);
  });

  it('is refused as a bearer token, with a proof and without', async () => {
    const accessToken = bound();
    const authorization = `Bearer ${accessToken}`;
    const without: Record<string, string> = { authorization };
    for (const headers of [without, { authorization, dpop: prove(accessToken) }]) {
      const answer = await gateway.send(PATH, { headers });
      expect(answer).toMatchObject({ status: 401, json: { reason: 'UNAUTHENTICATED' } });
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="gatehouse", error="invalid_token"');
      expect((await gateway.lineOf(answer))['reason']).toBe('PROOF_REQUIRED');
    }
    // Also where it is known already.
    expect((await send(accessToken)).status).toBe(200);
    expect((await gateway.send(PATH, { accessToken })).status).toBe(401);
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(1);
  });

  it('is still asked for what it may', async () => {
    const accessToken = bound();
    const proof = key.prove({ method: 'DELETE', uri: URI, accessToken });
    const answer = await send(accessToken, proof, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 403, json: { reason: 'PERMISSION_MISSING' } });
    expect(answer.headers['www-authenticate']).toBe(
      `DPoP realm="gatehouse", ${ALGS}, error="insufficient_scope", scope="resources:delete"`,
    );
  });
});

describe('a request by the scheme DPoP is refused', () => {
  const refused: [string, string, (accessToken: string) => string | null][] = [
    ['without a proof', 'PROOF_MISSING', () => null],
    ['with what is no proof', 'PROOF_MALFORMED', () => 'proof'],
    ['with a long one', 'PROOF_TOO_LONG', () => 'a'.repeat(5_000)],
    ['of another method', 'PROOF_METHOD_MISMATCH', (token) => prove(token, { htm: 'POST' })],
    ['of another path', 'PROOF_URI_MISMATCH', (token) => prove(token, { htu: `${URI}/x` })],
    [
      'of the host that was called',
      'PROOF_URI_MISMATCH',
      (token) => prove(token, { htu: `${gateway.url}${PATH}` }),
    ],
    ['of yesterday', 'PROOF_STALE', (token) => prove(token, { iat: Math.floor(Date.now() / 1_000) - 120 })],
    [
      'of tomorrow',
      'PROOF_FROM_THE_FUTURE',
      (token) => prove(token, { iat: Math.floor(Date.now() / 1_000) + 120 }),
    ],
    ['of another access token', 'PROOF_TOKEN_MISMATCH', () => prove(bound())],
    [
      'by another key',
      'PROOF_KEY_MISMATCH',
      (accessToken) => createProofKey().prove({ method: 'GET', uri: URI, accessToken }),
    ],
  ];
  it.each(refused)('%s', async (_, logged, proofOf) => {
    const accessToken = bound();
    await expectRefused(await send(accessToken, proofOf(accessToken)), 'invalid_dpop_proof', logged);
    expect(gateway.backend.calls).toHaveLength(0);
  });

  it('with two proofs', async () => {
    const accessToken = bound();
    const answer = await send(accessToken, [prove(accessToken), prove(accessToken)]);
    expect(answer).toMatchObject({ status: 400, json: { reason: 'HEADER_DUPLICATE' } });
  });

  it('with an access token that is bound to nothing', async () => {
    const accessToken = gateway.accessToken();
    await expectRefused(await send(accessToken), 'invalid_token', 'NOT_BOUND');
  });

  it('with one that is bad, and with none', async () => {
    await expectRefused(await send(createSigningKey().sign({})), 'invalid_token', 'KEY_UNKNOWN');
    const answer = await gateway.send(PATH, { headers: { authorization: 'DPoP', dpop: prove('') } });
    expect(answer.status).toBe(401);
  });

  it('with a session besides', async () => {
    const accessToken = bound();
    const headers = { authorization: `DPoP ${accessToken}`, ...cookieOf(specSecret()) };
    const answer = await gateway.send(PATH, { headers });
    expect(answer).toMatchObject({ status: 400, json: { reason: 'CREDENTIALS_CONFLICT' } });
  });

  it('when its proof was used before, whether it is this gateway that knows or auth', async () => {
    const accessToken = bound();
    const first = prove(accessToken);
    expect((await send(accessToken, first)).status).toBe(200);
    const second = prove(accessToken);
    expect((await send(accessToken, second)).status).toBe(200);
    gateway.backend.calls.length = 0;
    for (const proof of [first, second])
      await expectRefused(await send(accessToken, proof), 'invalid_dpop_proof', 'PROOF_REPLAYED');
    expect(gateway.backend.calls).toHaveLength(0);

    const elsewhere = prove(accessToken);
    gateway.backend.behaviour.useProof = () => false;
    await expectRefused(await send(accessToken, elsewhere), 'invalid_dpop_proof', 'PROOF_REPLAYED');
    expect(gateway.backend.callsOf('UseProof')).toHaveLength(1);
  });

  it('when auth refuses the proof or the access token', async () => {
    const say = (error: AppError) => {
      gateway.backend.behaviour.unbindToken = () => Promise.reject(error);
    };
    say(platformReasons.PROOF_INVALID());
    await expectRefused(await send(bound()), 'invalid_dpop_proof', 'PROOF_INVALID');
    say(credentialInvalid());
    await expectRefused(await send(bound()), 'invalid_token', 'INACTIVE');
  });
});

describe('while auth does not say whether a proof was used', () => {
  it.each([
    ['UNAVAILABLE', 'DATABASE_UNAVAILABLE'],
    ['INTERNAL', 'INTERNAL'],
    ['PERMISSION_DENIED', 'PERMISSION_MISSING'],
    ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
  ] as const)('a request is 503, never 401 and never let through: %s', async (code, reason) => {
    const outage = new AppError({ code: status[code], reason, message: 'away' });
    const accessToken = bound();
    expect((await send(accessToken)).status).toBe(200);
    gateway.backend.calls.length = 0;
    gateway.backend.behaviour.useProof = () => Promise.reject(outage);
    gateway.backend.behaviour.unbindToken = () => Promise.reject(outage);
    for (const token of [accessToken, bound()]) {
      const answer = await send(token);
      expect(answer).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE', reason: 'PROOFS_UNKNOWN' } });
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    }
    expect(gateway.backend.callsOf('GetResource')).toHaveLength(0);
  });
});

it('no log line holds a proof', async () => {
  const accessToken = bound();
  const proof = prove(accessToken);
  await gateway.lineOf(await send(accessToken, proof));
  await gateway.lineOf(await send(accessToken, proof));
  expect(JSON.stringify(gateway.logLines)).not.toContain(proof.split('.')[2]);
});
