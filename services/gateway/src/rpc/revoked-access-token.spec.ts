import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { AppError, platformReasons } from '@gatehouse/errors';
import { createSigningKey } from '@gatehouse/testing';
import { AccessTokenVerifier, KeySet, RevocationList, type Claims } from '@gatehouse/tokens';
import { ExchangedTokens } from '../credential/exchanged-tokens.js';
import type { Exchange } from '../http/exchange.js';
import { NO_BOUND_TOKENS, specSecret } from '../spec/spec-credentials.js';
import { Admission } from './admission.js';

const key = createSigningKey();
const keys = KeySet.from({ keys: [key.jwk] });
const rule = readAccessTable(contract).rules.get('/gatehouse.resources.v1.ResourceService/GetResource');
const request = {
  clientAddress: '192.0.2.1',
  request: { headers: {} },
  trace: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
} as Exchange;

function sign(): string {
  const now = Math.floor(Date.now() / 1_000);
  const ids = { sub: 'a', client_id: 'web', sid: randomUUID(), jti: randomUUID(), credential: 'session' };
  return key.sign({ iss: 'https://auth.test', aud: 'api', ...ids, iat: now, exp: now + 300 });
}

/** An admission over what a spec revokes and refuses. */
function admissionOver() {
  const revocations = new RevocationList();
  const revoke = ({ tokenId, expiresAt }: Claims) =>
    revocations.apply([{ kind: 'token', key: tokenId, notBefore: 0, expiresAt }]);
  const state = { exchanges: 0, isGood: true };
  const exchange = () => {
    state.exchanges++;
    return state.isGood
      ? Promise.resolve({ accessToken: sign(), expiresIn: 300 })
      : Promise.reject(platformReasons.UNAUTHENTICATED());
  };
  const verifier = new AccessTokenVerifier({
    issuer: 'https://auth.test',
    audience: 'api',
    keys: { find: (id) => keys.find(id), lookUp: (id) => Promise.resolve(keys.find(id)) },
    revocations,
  });
  const admission = new Admission(verifier, new ExchangedTokens({ exchange }), NO_BOUND_TOKENS);
  const credential = { form: 'session', secret: specSecret() } as const;
  const identify = async () => {
    if (!rule) throw new Error('no rule');
    const caller = await admission.identify(rule, credential, request);
    if (!caller) throw new Error('nobody');
    return caller;
  };
  return { revoke, state, identify };
}

describe('an access token that was revoked after it was exchanged', () => {
  it('is replaced at the next request', async () => {
    const { revoke, state, identify } = admissionOver();
    const first = await identify();
    expect(await identify()).toMatchObject({ authorization: first.authorization });
    revoke(first.claims);
    const second = await identify();
    expect(second.authorization).not.toBe(first.authorization);
    expect(await identify()).toMatchObject({ authorization: second.authorization });
    expect(state.exchanges).toBe(2);
  });

  it('is the end of a credential that auth refuses by now', async () => {
    const { revoke, state, identify } = admissionOver();
    const { claims } = await identify();
    revoke(claims);
    state.isGood = false;
    const error: unknown = await identify().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ reason: 'UNAUTHENTICATED' });
    expect(state.exchanges).toBe(2);
  });
});
