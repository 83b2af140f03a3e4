import { execFile } from 'node:child_process';
import { constants, createPrivateKey, randomUUID, sign, type JsonWebKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RestClient } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const SCRIPT = fileURLToPath(new URL('../../../deploy/conformance/make-plan.mjs', import.meta.url));
const SUITE = 'https://suite.example/';
const CALLBACK = `${SUITE}test/a/gatehouse/callback`;
const LOGOUT = `${SUITE}test/a/gatehouse/backchannel_logout`;

interface PlannedClient {
  readonly client_id: string;
  readonly jwks: { readonly keys: readonly [JsonWebKey & { readonly kid: string }] };
}

const system = sharedSystem();
const { gateway } = system.addresses;

interface Plan extends Record<string, unknown> {
  readonly client: PlannedClient;
  readonly client2: PlannedClient;
}

let folder: string;
/** For FAPI 2.0. */
let plan: Plan;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-plan-'));
  await writeFile(join(folder, 'accounts.json'), JSON.stringify(system.accounts), { mode: 0o600 });
  plan = await makePlan('fapi2');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function makePlan(kind: string): Promise<Plan> {
  const args = [SCRIPT, SUITE, gateway, join(folder, 'accounts.json'), kind];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Plan;
}

/** Proves a client by its key (RFC 7523, section 2.2). */
function assertionOf(
  { client_id: id, jwks }: PlannedClient,
  by: PlannedClient = { client_id: id, jwks },
): string {
  const [jwk] = by.jwks.keys;
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: id, sub: id, aud: system.issuer, jti: randomUUID(), iat: now, exp: now + 60 };
  const text = [{ alg: 'PS256', kid: jwk.kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const signature = sign('sha256', Buffer.from(text), { key, ...padding });
  return `${text}.${signature.toString('base64url')}`;
}

async function push(client: PlannedClient, redirectUri: string, assertion = assertionOf(client)) {
  const response = await fetch(`${gateway}/oauth2/par`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: client.client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      response_type: 'code',
      scope: 'openid resources:read',
      redirect_uri: redirectUri,
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the plan for the conformance suite', () => {
  it('says where Gatehouse describes itself, and that is there', async () => {
    const { discoveryUrl } = plan['server'] as { discoveryUrl: string };
    expect(await (await fetch(discoveryUrl)).json()).toMatchObject({ issuer: system.issuer });
  });

  it('has two clients, each of which is let in by its own key', async () => {
    for (const client of [plan.client, plan.client2])
      expect(await push(client, CALLBACK)).toMatchObject({
        status: 201,
        body: { request_uri: expect.any(String) },
      });
    const mixedUp = await push(plan.client, CALLBACK, assertionOf(plan.client, plan.client2));
    expect(mixedUp).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('has clients for bound access tokens alone for FAPI, and for plain requests otherwise', async () => {
    const { accessToken } = await signInDemo(system, 'admin');
    const clients = new RestClient(gateway).as(accessToken);
    const registered = async ({ client }: Plan) =>
      (await clients.get(`/v1/clients/${client.client_id}`)).body;
    const [dpopBoundAccessTokens, plainRequests] = [true, true];
    expect(await registered(plan)).toMatchObject({ dpopBoundAccessTokens, plainRequests: false });
    const [open, told] = [await makePlan('openid'), await makePlan('backchannel')];
    expect(await registered(open)).toMatchObject({ plainRequests, logoutUri: '' });
    expect(await registered(told)).toMatchObject({ plainRequests, logoutUri: LOGOUT });
  });

  it('lets nobody be sent elsewhere than to the suite', async () => {
    expect(await push(plan.client, 'https://elsewhere.example/callback')).toMatchObject({ status: 400 });
  });
});
