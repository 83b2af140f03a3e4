import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GrantType } from '@gatehouse/contracts/auth';
import * as openid from 'openid-client';
import { clientCalls, type ClientCalls } from '../spec/client-calls.js';
import { faultOf, oauthParty, signInAt, type OauthParty } from '../spec/oauth-party.js';
import { claimsOf, ISSUER } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let clients: ClientCalls;
let front: OauthParty;
let back: OauthParty;

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const HANDED_ON = { grantTypes: [GrantType.TOKEN_EXCHANGE], redirectUris: [], permissions: [] };

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  clients = clientCalls(auth.service.port);
  front = await oauthParty(auth, {}, replicas.nextPort);
  back = await oauthParty(auth, HANDED_ON, replicas.nextPort);
});
afterAll(async () => {
  clients.close();
  await replicas.close();
});

const exchange = (subjectToken: string, more: Record<string, string> = {}, by = back) =>
  openid.genericGrantRequest(by.config, GRANT_TYPE, {
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    ...more,
  });
const connected = async (scope = 'openid resources:read resources:write') => {
  const person = await auth.signedIn('editor');
  const { access_token: accessToken } = await signInAt(front, replicas.newBrowser(), person, { scope });
  return { person, accessToken };
};

describe('token exchange', () => {
  it('hands on what a person let a client do, or less of it, and says who acts', async () => {
    const { person, accessToken } = await connected();
    const before = claimsOf(accessToken);
    const tokens = await exchange(accessToken, { scope: 'resources:read' });
    expect(tokens).toMatchObject({
      issued_token_type: ACCESS_TOKEN,
      token_type: 'bearer',
      scope: 'resources:read',
    });
    expect(tokens.refresh_token).toBeUndefined();
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({
      sub: person.id,
      sid: before['sid'],
      client_id: back.id,
      scope: 'resources:read',
      act: { sub: back.id, act: { sub: front.id } },
    });
    expect(claims['exp']).toBeLessThanOrEqual(Number(before['exp']));
    expect(await openid.tokenIntrospection(back.config, tokens.access_token)).toMatchObject({ active: true });
  });

  it('is done for all who ask at the same moment', async () => {
    const { accessToken } = await connected();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => faultOf(exchange(accessToken))));
    expect(outcomes).toEqual(Array(8).fill('OK'));
  });

  it('goes a bounded way', async () => {
    const { accessToken } = await connected();
    let held = accessToken;
    const outcomes: string[] = [];
    for (let length = 2; length <= 5; length++) {
      const outcome = await faultOf(exchange(held).then((tokens) => (held = tokens.access_token)));
      outcomes.push(outcome);
    }
    expect(outcomes).toEqual(['OK', 'OK', 'OK', 'invalid_grant']);
  });

  it('gains nobody anything', async () => {
    const { accessToken, person } = await connected('openid resources:read');
    expect(await faultOf(exchange(accessToken, { scope: 'resources:read resources:write' }))).toBe(
      'invalid_scope',
    );
    // What no person let a client do.
    expect(await faultOf(exchange(person.accessToken))).toBe('invalid_grant');
    const own = {
      ...HANDED_ON,
      grantTypes: [GrantType.CLIENT_CREDENTIALS],
      ownPermissions: ['resources:read'],
    };
    const alone = await oauthParty(auth, own, replicas.nextPort);
    const { access_token: ownToken } = await openid.clientCredentialsGrant(alone.config, {
      scope: 'resources:read',
    });
    expect(await faultOf(exchange(ownToken))).toBe('invalid_grant');
    expect(await faultOf(exchange(accessToken, {}, front))).toBe('unauthorized_client');
  });

  it.each<[string, Record<string, string>, string]>([
    ['another audience', { audience: 'users' }, 'invalid_target'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    [
      'another type',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
    ],
    [
      'what is no access token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      'invalid_request',
    ],
    [
      'an actor that is not who asks',
      { actor_token: 'a', actor_token_type: ACCESS_TOKEN },
      'invalid_request',
    ],
    ['nothing', { subject_token: 'a.b.c' }, 'invalid_grant'],
  ])('is refused for %s', async (_, more, error) => {
    const { accessToken } = await connected();
    expect(await faultOf(exchange(accessToken, more))).toBe(error);
  });

  it('takes the resource that the API is', async () => {
    const { accessToken } = await connected();
    expect(await faultOf(exchange(accessToken, { resource: ISSUER }))).toBe('OK');
  });

  it('ends with the grant, and when the client that was let in is shut out', async () => {
    const { accessToken, person } = await connected();
    const admin = await auth.signedIn('admin');
    const isActive = async (token: string) => (await openid.tokenIntrospection(back.config, token)).active;
    const { access_token: first } = await exchange(accessToken);
    await clients.withdrawGrant(String(claimsOf(accessToken)['sid']), person.accessToken);
    expect(await isActive(first)).toBe(false);
    expect(await faultOf(exchange(accessToken))).toBe('invalid_grant');

    const again = await connected();
    const { access_token: second } = await exchange(again.accessToken);
    await clients.disable(front.id, admin.accessToken);
    expect(await isActive(second)).toBe(false);
    const [row] = await auth.database.sql`
      select from revocation where kind = 'grant' and key = ${String(claimsOf(second)['sid'])}`;
    expect(row).toBeDefined();
  });
});
