import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Metadata } from '@grpc/grpc-js';
import type { ListResourcesResponse } from '@gatehouse/contracts/resources';
import { AppError } from '@gatehouse/errors';
import { createProofKey, eventually } from '@gatehouse/testing';
import * as openid from 'openid-client';
import { signInAs } from '../client/browser-session.js';
import { authorizeApp, registerApp } from '../client/connected-app.js';
import { call, GrpcClients } from '../client/grpc-clients.js';
import { PATIENCE_MS } from '../client/patience.js';
import { RestClient } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const PATH = '/v1/resources';
const LIST = '/gatehouse.resources.v1.ResourceService/ListResources';
const PERMISSIONS = ['resources:read'];

const system = sharedSystem();
// The issuer is where the first gateway is.
const { gateway: issuer, gateways } = system.addresses;
const grpc = new GrpcClients(system.addresses);
const key = createProofKey();

let accessToken: string;
let config: openid.Configuration;
let dpop: openid.DPoPOptions;

beforeAll(async () => {
  const rest = new RestClient(issuer);
  const clientId = await registerApp(rest.as((await signInDemo(system, 'admin')).accessToken), PERMISSIONS);
  const [somebody] = system.accounts;
  const session = await signInAs(rest, somebody!);
  const options = { execute: [openid.allowInsecureRequests] };
  config = await openid.discovery(new URL(issuer), clientId, undefined, openid.None(), options);
  dpop = { DPoP: openid.getDPoPHandle(config, await key.keyPair()) };
  const { back, verifier } = await authorizeApp(issuer, clientId, session.secret, PERMISSIONS);
  const checks = { pkceCodeVerifier: verifier, idTokenExpected: true };
  const tokens = await openid.authorizationCodeGrant(config, back, checks, undefined, dpop);
  expect(tokens.token_type).toBe('dpop');
  accessToken = tokens.access_token;
});
afterAll(() => grpc.close());

/** Sends a request with a proof to a replica of the gateway. @returns the status, or the reason of a refusal */
async function request(gateway: string, proof: string): Promise<unknown> {
  const answer = await fetch(gateway + PATH, {
    headers: { authorization: `DPoP ${accessToken}`, dpop: proof },
  });
  const body = (await answer.json()) as { readonly reason?: string };
  return answer.status === 200 ? 200 : body.reason;
}

/** Calls a replica of the service itself. @returns OK, or the reason of a refusal */
async function callService(replica: number, headers: Readonly<Record<string, string>>): Promise<string> {
  const client = grpc.resources(replica);
  const list: Parameters<typeof call<object, ListResourcesResponse>>[1] = (
    _,
    metadata: Metadata,
    ...more
  ) => {
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return client.listResources(
      { pageSize: 1, pageToken: '', filter: undefined, orderBy: '' },
      metadata,
      ...more,
    );
  };
  try {
    await call(client, list, {});
    return 'OK';
  } catch (error) {
    if (error instanceof AppError) return error.reason;
    throw error;
  }
}

const proveRest = () => key.prove({ method: 'GET', uri: issuer + PATH, accessToken });
const proveGrpc = () => key.prove({ method: 'POST', uri: issuer + LIST, accessToken });

describe('an access token that is bound to a key', () => {
  it('is used by a library that knows nothing of Gatehouse', async () => {
    for (let times = 0; times < 2; times++) {
      const url = new URL(`${issuer}${PATH}?pageSize=1`);
      const answer = await openid.fetchProtectedResource(
        config,
        accessToken,
        url,
        'GET',
        undefined,
        undefined,
        dpop,
      );
      expect(answer.status).toBe(200);
    }
  });

  it('is refused as a bearer token, at every gateway and every service', async () => {
    for (const gateway of gateways) {
      const answer = await fetch(gateway + PATH, { headers: { authorization: `Bearer ${accessToken}` } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    for (const replica of system.addresses.resources.keys())
      expect(await callService(replica, { authorization: `Bearer ${accessToken}` })).toBe('UNAUTHENTICATED');
  });

  it('is taken by every replica, which each proof is for', async () => {
    for (const gateway of gateways) expect(await request(gateway, proveRest())).toBe(200);
    for (const replica of system.addresses.resources.keys()) {
      const headers = { authorization: `DPoP ${accessToken}`, dpop: proveGrpc() };
      expect(await callService(replica, headers)).toBe('OK');
    }
  });
});

describe('a proof', () => {
  it('is good once: replayed at another replica of the gateway it is refused', async () => {
    const proof = proveRest();
    const outcomes = [];
    for (const gateway of [...gateways, ...gateways]) outcomes.push(await request(gateway, proof));
    const others = outcomes.slice(1).map(() => 'PROOF_INVALID');
    expect(outcomes).toEqual([200, ...others]);
  });

  it('is good for one of many requests at once, to all replicas', async () => {
    const proof = proveRest();
    const sent = Array.from({ length: 12 }, (_, n) => request(gateways[n % gateways.length]!, proof));
    const outcomes = await Promise.all(sent);
    expect(outcomes.filter((outcome) => outcome === 200)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'PROOF_INVALID')).toHaveLength(11);
  });

  it('is good once at all replicas of a service', async () => {
    const headers = { authorization: `DPoP ${accessToken}`, dpop: proveGrpc() };
    const replicas = [...system.addresses.resources.keys()];
    expect(await callService(0, headers)).toBe('OK');
    for (const replica of replicas) expect(await callService(replica, headers)).toBe('PROOF_INVALID');
  });

  it('for the gateway is none for a service, nor the other way round', async () => {
    const headers = { authorization: `DPoP ${accessToken}`, dpop: proveRest() };
    expect(await callService(0, headers)).toBe('PROOF_INVALID');
    expect(await request(issuer, proveGrpc())).toBe('PROOF_INVALID');
  });
});

describe('a bound access token that is revoked', () => {
  it('is refused with the best proof, also where it was unbound before', async () => {
    await openid.tokenRevocation(config, accessToken);
    await eventually(async () => {
      for (const gateway of gateways) expect(await request(gateway, proveRest())).toBe('UNAUTHENTICATED');
    }, PATIENCE_MS);
  });
});
