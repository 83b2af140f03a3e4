import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createProofKey, type SpecProofKey } from '@gatehouse/testing';
import { exportJWK, generateKeyPair } from 'jose';
import * as openid from 'openid-client';
import {
  dpopOf,
  faultOf,
  oauthParty,
  signInAt,
  type OauthParty,
  type Registration,
} from '../spec/oauth-party.js';
import { claimsOf } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';
import { LIFETIMES } from './lifetimes.js';

const OFFLINE = { scope: 'openid offline_access resources:read', prompt: 'consent' };
const DAY_MS = 86_400_000;

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
/** Proves itself by its key, and gets bound access tokens alone. */
let constrained: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  constrained = await keyedParty({ dpopBoundAccessTokens: true });
});
afterAll(() => replicas.close());
afterEach(() => void jest.restoreAllMocks());

async function keyedParty(more: Registration): Promise<OauthParty> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
  return oauthParty(auth, { jwks, ...more }, replicas.nextPort, privateKey);
}

async function connected(party: OauthParty, key = createProofKey()) {
  const person = await auth.signedIn('editor');
  const tokens = await signInAt(party, replicas.newBrowser(), person, OFFLINE, await dpopOf(party, key));
  return { person, refreshToken: tokens.refresh_token ?? '' };
}

const refresh = async (party: OauthParty, refreshToken: string, key?: SpecProofKey) =>
  openid.refreshTokenGrant(party.config, refreshToken, undefined, key && (await dpopOf(party, key)));

/** Has the clock of the services and of the client show another time; that of the database goes on. */
function at(ms: number): void {
  jest.spyOn(Date, 'now').mockReturnValue(ms);
}

describe('the refresh token of a client that proves itself by a key, for bound access tokens', () => {
  it('stays, however often and however many at once come with it', async () => {
    const { refreshToken } = await connected(constrained);
    const next = await refresh(constrained, refreshToken, createProofKey());
    expect(next.refresh_token).toBe(refreshToken);
    const many = Array.from({ length: 10 }, () => refresh(constrained, refreshToken, createProofKey()));
    const answers = await Promise.all(many);
    expect(new Set(answers.map((answer) => answer.refresh_token))).toEqual(new Set([refreshToken]));
    expect(new Set(answers.map((answer) => claimsOf(answer.access_token)['jti'])).size).toBe(10);
  });

  it('is of no use without a proof, and none to another client', async () => {
    const { refreshToken } = await connected(constrained);
    const other = await keyedParty({ dpopBoundAccessTokens: true });
    expect(await faultOf(refresh(constrained, refreshToken))).toBe('invalid_grant');
    expect(await faultOf(refresh(other, refreshToken, createProofKey()))).toBe('invalid_grant');
    expect(await faultOf(refresh(constrained, refreshToken, createProofKey()))).toBe('OK');
  });

  it('is over once it is revoked, and once its grant is withdrawn', async () => {
    const revoked = await connected(constrained);
    await openid.tokenRevocation(constrained.config, revoked.refreshToken);
    const withdrawn = await connected(constrained);
    await auth.database
      .sql`update oauth_grant set ended_at = now() where account_id = ${withdrawn.person.id}`;
    for (const { refreshToken } of [revoked, withdrawn])
      expect(await faultOf(refresh(constrained, refreshToken, createProofKey()))).toBe('invalid_grant');
  });

  it('is good for a week from when it was last used', async () => {
    const begun = Date.now();
    const { refreshToken } = await connected(constrained);
    for (const [day, outcome] of [
      [6, 'OK'],
      [12, 'OK'],
      [20, 'invalid_grant'],
    ] as const) {
      at(begun + day * DAY_MS);
      expect(await faultOf(refresh(constrained, refreshToken, createProofKey()))).toBe(outcome);
    }
  });

  it('is good for a month in all', async () => {
    const begun = Date.now();
    const { refreshToken } = await connected(constrained);
    for (const day of [6, 12, 18, 24, 29]) {
      at(begun + day * DAY_MS);
      expect(await faultOf(refresh(constrained, refreshToken, createProofKey()))).toBe('OK');
    }
    at(begun + LIFETIMES.refreshAbsolute * 1_000 + 60_000);
    expect(await faultOf(refresh(constrained, refreshToken, createProofKey()))).toBe('invalid_grant');
  });
});

describe('a refresh token that is replaced', () => {
  it.each<[string, () => Promise<OauthParty>]>([
    ['a key of its own alone', () => keyedParty({})],
    ['bound access tokens alone', () => oauthParty(auth, { dpopBoundAccessTokens: true }, replicas.nextPort)],
  ])('is that of a client with %s', async (_, register) => {
    const party = await register();
    const key = createProofKey();
    const { refreshToken } = await connected(party, key);
    const next = await refresh(party, refreshToken, key);
    expect(next.refresh_token).not.toBe(refreshToken);
    expect(await faultOf(refresh(party, refreshToken, key))).toBe('invalid_grant');
    expect(await faultOf(refresh(party, next.refresh_token ?? '', key))).toBe('invalid_grant');
  });
});
