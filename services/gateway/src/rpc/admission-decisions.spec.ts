import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAccessTable } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { createSigningKey, specTelemetry, type SpecTelemetry } from '@gatehouse/testing';
import { AccessTokenVerifier, KeySet } from '@gatehouse/tokens';
import { ExchangedTokens } from '../credential/exchanged-tokens.js';
import type { PresentedCredential } from '../credential/presented-credential.js';
import type { Exchange } from '../http/exchange.js';
import { NO_BOUND_TOKENS } from '../spec/spec-credentials.js';
import { Admission } from './admission.js';

const key = createSigningKey();
const keys = KeySet.from({ keys: [key.jwk] });
const { rules } = readAccessTable(contract);
const ruleOf = (path: string) => {
  const rule = rules.get(path);
  if (!rule) throw new Error(`${path} has no rule`);
  return rule;
};
const getResource = ruleOf('/gatehouse.resources.v1.ResourceService/GetResource');
const login = ruleOf('/gatehouse.auth.v1.TokenService/Login');

function sign(scope: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const ids = { sub: 'ann', client_id: 'web', sid: randomUUID(), jti: randomUUID(), credential: 'session' };
  return key.sign({ iss: 'https://auth.test', aud: 'api', ...ids, iat: now, exp: now + 300, scope });
}

describe('the decisions of the gateway', () => {
  let telemetry: SpecTelemetry;
  let admission: Admission;

  beforeEach(async () => {
    telemetry = await specTelemetry();
    const verifier = new AccessTokenVerifier({
      issuer: 'https://auth.test',
      audience: 'api',
      keys: { find: (id) => keys.find(id), lookUp: (id) => Promise.resolve(keys.find(id)) },
      revocations: { applied: 0, isRevoked: () => false },
    });
    const exchange = () => Promise.reject(new TypeError('a fault'));
    admission = new Admission(verifier, new ExchangedTokens({ exchange }), NO_BOUND_TOKENS);
  });
  afterEach(() => telemetry.close());

  const request = { clientAddress: '192.0.2.1', request: { headers: {} } } as Exchange;
  const decide = async (credential: PresentedCredential | undefined, rule = getResource) => {
    const caller = await admission.identify(rule, credential, request);
    admission.authorize(rule, caller?.claims);
  };
  const bearer = (secret: string): PresentedCredential => ({ form: 'bearer', secret });
  const counted = async () =>
    (await telemetry.points('gatehouse.guard.decisions')).map(({ attributes, value }) => ({
      ...attributes,
      value,
    }));

  it('are counted where it admits', async () => {
    await decide(bearer(sign('resources:read')));
    await decide(undefined, login);
    expect(await counted()).toEqual([{ decision: 'admitted', value: 2 }]);
  });

  const refused: [string, () => PresentedCredential | undefined][] = [
    ['CREDENTIAL_MISSING', () => undefined],
    ['ACCESS_TOKEN_MISSING', () => bearer('')],
    ['TEXT_MALFORMED', () => bearer(randomUUID())],
    ['SIGNATURE_INVALID', () => bearer(sign('').replace(/.{8}$/, 'AAAAAAAA'))],
    ['PERMISSION_MISSING', () => bearer(sign('resources:write'))],
    ['INTERNAL', () => ({ form: 'session', secret: randomUUID() })],
  ];
  it.each(refused)('are counted where it refuses, once: %s', async (reason, make) => {
    await expect(decide(make())).rejects.toBeDefined();
    expect(await counted()).toEqual([{ decision: 'refused', reason, value: 1 }]);
  });
});
