import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as openid from 'openid-client';
import { faultOf, oauthParty, signInAt, type OauthParty } from '../spec/oauth-party.js';
import { claimsOf, ISSUER } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let party: OauthParty;
let other: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  party = await oauthParty(auth, {}, replicas.nextPort);
  other = await oauthParty(auth, {}, replicas.nextPort);
});
afterAll(() => replicas.close());

const connected = async () => {
  const person = await auth.signedIn();
  const scope = 'openid offline_access resources:read';
  const tokens = await signInAt(party, replicas.newBrowser(), person, { scope, prompt: 'consent' });
  return { person, tokens };
};
const introspect = (token: string, by = party) => openid.tokenIntrospection(by.config, token);
const revoke = (token: string, by = party) => openid.tokenRevocation(by.config, token);
const revocationsOf = (key: unknown) => auth.database.sql<{ kind: string }[]>`
  select kind from revocation where key = ${String(key)}`;

describe('introspection', () => {
  it('says of an access token what it says of itself', async () => {
    const { person, tokens } = await connected();
    const claims = claimsOf(tokens.access_token);
    expect(await introspect(tokens.access_token)).toMatchObject({
      active: true,
      client_id: party.id,
      iss: ISSUER,
      aud: auth.context.apiAudience,
      scope: 'resources:read',
      exp: claims['exp'],
      iat: claims['iat'],
      token_type: 'Bearer',
    });
    expect((await introspect(tokens.refresh_token!)).active).toBe(true);
    expect(JSON.stringify(await introspect(tokens.access_token))).not.toContain(person.email);
  });

  it.each(['nothing', `${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`, 'at~a~b~c'])(
    'knows nothing of %s',
    async (token) => {
      expect(await introspect(token)).toEqual({ active: false });
    },
  );

  it('tells nobody of what others were issued', async () => {
    const { tokens, person } = await connected();
    expect(await introspect(tokens.access_token, other)).toEqual({ active: false });
    expect(await introspect(tokens.refresh_token!, other)).toEqual({ active: false });
    expect(await introspect(person.accessToken)).toEqual({ active: false });
  });
});

describe('revocation', () => {
  it('of an access token ends that one, for every verifier', async () => {
    const { tokens } = await connected();
    await revoke(tokens.access_token);
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    expect(await revocationsOf(claimsOf(tokens.access_token)['jti'])).toEqual([{ kind: 'token' }]);
    expect((await introspect(tokens.refresh_token!)).active).toBe(true);
    // Once more is no fault (RFC 7009, section 2.2).
    await revoke(tokens.access_token);
  });

  it('of a refresh token ends the grant', async () => {
    const { tokens } = await connected();
    await revoke(tokens.refresh_token!);
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    expect(await revocationsOf(claimsOf(tokens.access_token)['sid'])).toEqual([{ kind: 'grant' }]);
    expect(await faultOf(openid.refreshTokenGrant(party.config, tokens.refresh_token!))).toBe(
      'invalid_grant',
    );
  });

  it('ends nothing of others', async () => {
    const { tokens, person } = await connected();
    for (const token of [tokens.access_token, tokens.refresh_token!, person.accessToken])
      await faultOf(revoke(token, other));
    expect((await introspect(tokens.access_token)).active).toBe(true);
    expect((await introspect(tokens.refresh_token!)).active).toBe(true);
    expect(await revocationsOf(claimsOf(person.accessToken)['jti'])).toEqual([]);
  });
});
