import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { status, type Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { createProofKey } from '@gatehouse/testing';
import { feedMethod, told, transports, type Streaming, type Unary } from '../spec/certified-clients.js';
import { FEED_SERVICE } from '../spec/feed-contract.js';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { boundToken, payloadOf, serveProofs } from '../spec/spec-proofs.js';

const ISSUER = 'https://auth.spec.test';
const ECHO = `/${FEED_SERVICE}/Echo`;
const APP = 'https://app.example';

const key = createProofKey();
let gateway: FeedGateway;
let accessToken: string;
/** What the service was called with. */
let served: { readonly authorization: unknown; readonly proofs: readonly unknown[] }[];

beforeAll(async () => {
  gateway = await startFeedGateway({ GATEHOUSE_CORS_ORIGINS: APP });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  serveProofs(gateway, key);
  accessToken = boundToken(gateway, key);
  served = [];
  const note = ({ metadata }: { readonly metadata: Metadata }) => {
    served.push({ authorization: metadata.get('authorization')[0], proofs: metadata.get('dpop') });
  };
  gateway.feed.behaviour = {
    Echo: (call) => {
      note(call);
      return {};
    },
    Watch: note,
    Collect: async (call) => {
      note(call);
      for await (const _ of call);
      return {};
    },
  };
});

/** A proof for a call. */
const prove = (path = ECHO, claims: Readonly<Record<string, unknown>> = {}) =>
  key.prove({ method: 'POST', uri: ISSUER + path, accessToken }, claims);

/** Calls a method. @returns what the caller learns of it, and what the log says */
async function call(transport: Transport, headers: Readonly<Record<string, string>>, method = 'Echo') {
  const requestId = randomUUID();
  const sent = send(transport, method, { ...headers, 'x-request-id': requestId });
  const { code, reason } = await sent.then(() => ({ code: status.OK, reason: undefined }), told);
  const line = await gateway.lineOf({ headers: { 'x-request-id': requestId } });
  return { code, reason, logged: line['reason'] };
}

async function send(transport: Transport, name: string, headers: Readonly<Record<string, string>>) {
  const method = feedMethod(gateway, name);
  if (method.methodKind === 'unary')
    return void (await transport.unary(method as Unary, undefined, undefined, headers, {}));
  const request = create(method.input);
  const requests = async function* () {
    yield request;
  };
  const stream = transport.stream(method as Streaming, undefined, undefined, headers, requests());
  for await (const _ of (await stream).message);
}

const withProof = (proof: string) => ({ authorization: `DPoP ${accessToken}`, dpop: proof });
const refused = (logged: string, reason = 'PROOF_INVALID') => ({
  code: status.UNAUTHENTICATED,
  reason,
  logged,
});

/** What a proof is not for. */
const wrong: [name: string, logged: string, proof: () => string][] = [
  ['for another method of HTTP', 'PROOF_METHOD_MISMATCH', () => prove(ECHO, { htm: 'GET' })],
  ['for another RPC', 'PROOF_URI_MISMATCH', () => prove(`/${FEED_SERVICE}/Read`)],
  ['for the route of REST', 'PROOF_URI_MISMATCH', () => prove('/v1/feeds/a:echo')],
  ['for the host that was called', 'PROOF_URI_MISMATCH', () => prove(ECHO, { htu: gateway.url + ECHO })],
  ['for another access token', 'PROOF_TOKEN_MISMATCH', () => prove(ECHO, { ath: 'a'.repeat(43) })],
  [
    'of another key',
    'PROOF_KEY_MISMATCH',
    () => createProofKey().prove({ method: 'POST', uri: ISSUER + ECHO, accessToken }),
  ],
];

describe.each(transports)('an access token that is bound to a key, over %s,', (_name, open) => {
  let transport: Transport;
  beforeAll(() => {
    transport = open(gateway.url);
  });

  it.each(['Echo', 'Watch', 'Collect'])(
    'calls %s once with a proof for POST and its path',
    async (method) => {
      const proof = prove(`/${FEED_SERVICE}/${method}`);
      expect((await call(transport, withProof(proof), method)).code).toBe(status.OK);
      expect(await call(transport, withProof(proof), method)).toEqual(refused('PROOF_REPLAYED'));
      expect(served).toEqual([{ authorization: expect.stringMatching(/^Bearer /), proofs: [] }]);
      const { cnf: _binding, ...claims } = payloadOf(accessToken);
      expect(payloadOf(String(served[0]?.authorization))).toEqual(claims);
    },
  );

  it.each(wrong)('is refused with a proof %s', async (_case, logged, proof) => {
    expect(await call(transport, withProof(proof()))).toEqual(refused(logged));
    expect(served).toEqual([]);
  });

  it('is refused without a proof, and as a bearer token with one', async () => {
    const authorization = `DPoP ${accessToken}`;
    expect(await call(transport, { authorization })).toEqual(refused('PROOF_MISSING'));
    const asBearer = { authorization: `Bearer ${accessToken}`, dpop: prove() };
    expect(await call(transport, asBearer)).toEqual(refused('PROOF_REQUIRED', 'UNAUTHENTICATED'));
    expect(served).toEqual([]);
  });

  it('is UNAVAILABLE while nobody says whether its proof was used', async () => {
    const outage = new AppError({
      code: status.UNAVAILABLE,
      reason: 'DATABASE_UNAVAILABLE',
      message: 'away',
    });
    gateway.backend.behaviour.unbindToken = () => Promise.reject(outage);
    expect(await call(transport, withProof(prove()))).toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'PROOFS_UNKNOWN',
    });
    expect(served).toEqual([]);
  });
});

it('a proof is good once, in whatever protocol it comes', async () => {
  const proof = prove();
  const codes = [];
  for (const [, open] of transports) codes.push((await call(open(gateway.url), withProof(proof))).code);
  expect(codes).toEqual([status.OK, ...transports.slice(1).map(() => status.UNAUTHENTICATED)]);
  expect(served).toHaveLength(1);
});

it('Connect is told what a proof has to be as REST is', async () => {
  const headers = { 'content-type': 'application/json', authorization: `DPoP ${accessToken}` };
  const answer = await gateway.send(ECHO, { method: 'POST', headers, body: '{}' });
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe(
    'DPoP realm="gatehouse", algs="ES256 Ed25519", error="invalid_dpop_proof"',
  );
});

it('a page of another origin may send proofs, and read what they have to be', async () => {
  const headers = { origin: APP, 'access-control-request-method': 'POST' };
  const answer = await gateway.send(ECHO, { method: 'OPTIONS', headers });
  expect(answer.headers).toMatchObject({
    'access-control-allow-headers': expect.stringMatching(/\bdpop\b/),
    'access-control-expose-headers': expect.stringMatching(/\bWWW-Authenticate\b/),
  });
});
