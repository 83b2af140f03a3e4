import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { ClientKind } from '@gatehouse/contracts/auth';
import * as openid from 'openid-client';
import { commandOrigin } from '../cli/command-origin.js';
import {
  beginAuthorization,
  faultOf,
  oauthParty,
  obtainCode,
  postAs,
  REDIRECT_URI,
  signInAt,
  visitPages,
  type OauthParty,
} from '../spec/oauth-party.js';
import { claimsOf, ISSUER, reasonOf } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let party: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  party = await oauthParty(auth, {}, replicas.nextPort);
});
afterAll(() => replicas.close());

const isLive = async (sessionId: unknown) => {
  const [row] = await auth.database.sql<{ live: boolean }[]>`
    select ended_at is null as live from oauth_grant where id = ${String(sessionId)}`;
  return row?.live;
};

describe('the authorization code, each step at another replica', () => {
  it('leads to an access token that says what all others say', async () => {
    const person = await auth.signedIn('editor');
    const tokens = await signInAt(party, replicas.newBrowser(), person);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'resources:read', expires_in: 300 });
    expect(claimsOf(tokens.access_token)).toEqual({
      iss: ISSUER,
      aud: auth.context.apiAudience,
      sub: person.id,
      client_id: party.id,
      sid: expect.any(String),
      jti: expect.any(String),
      credential: 'grant',
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: expect.any(Number),
      scope: 'resources:read',
    });
  });

  it('leads to an ID token of the same keys, which go on without a restart when they change', async () => {
    const person = await auth.signedIn();
    const browser = replicas.newBrowser();
    const verified = async () => {
      const { id_token: idToken = '' } = await signInAt(party, browser, person, {
        scope: 'openid email resources:read',
        nonce: 'once',
      });
      const keys = createLocalJWKSet({ keys: [...auth.context.keys.published] } as JSONWebKeySet);
      return jwtVerify(idToken, keys, { issuer: ISSUER, audience: party.id, algorithms: ['ES256'] });
    };
    const before = await verified();
    expect(before.payload).toMatchObject({ email: person.email, email_verified: false, nonce: 'once' });
    await auth.context.keyKeeper.revoke(String(before.protectedHeader.kid), commandOrigin('RevokeKey'));
    await replicas.refreshKeys();
    const after = await verified();
    expect(after.protectedHeader.kid).not.toBe(before.protectedHeader.kid);
    expect(after.payload.sub).toBe(before.payload.sub);
  });

  it('tells each sector another name of a person, and clients of one the same', async () => {
    const person = await auth.signedIn();
    const nameAt = async (redirectUri: string, more: Parameters<typeof oauthParty>[1] = {}) => {
      const other = await oauthParty(auth, { redirectUris: [redirectUri], ...more }, replicas.nextPort);
      const tokens = await signInAt(other, replicas.newBrowser(), person, { redirect_uri: redirectUri });
      return tokens.claims()?.sub;
    };
    const [one, same, other] = [
      await nameAt('https://one.example/a'),
      await nameAt('https://one.example/b'),
      await nameAt('https://two.example/a'),
    ];
    expect(one).toBe(same);
    expect(new Set([one, other, person.id]).size).toBe(3);
  });

  it('answers who somebody is to whoever asks for that alone, and opens nothing else by it', async () => {
    const person = await auth.signedIn();
    const tokens = await signInAt(party, replicas.newBrowser(), person, { scope: 'openid email' });
    const sub = tokens.claims()!.sub;
    const userinfo = await openid.fetchUserInfo(party.config, tokens.access_token, sub);
    expect(userinfo).toEqual({ sub, email: person.email, email_verified: false });
    expect(await reasonOf(auth.getAccount(tokens.access_token))).toBe('UNAUTHENTICATED');
  });

  it('leaves an event and a use of the grant where it is about who somebody is alone, too', async () => {
    const person = await auth.signedIn();
    await signInAt(party, replicas.newBrowser(), person, { scope: 'openid' });
    const events = await auth.database.sql`
      select actor, outcome from audit_event where action = 'IssueGrantToken' and target = ${person.id}`;
    expect(events).toEqual([{ actor: party.id, outcome: 'OK' }]);
    const [grant] = await auth.database.sql`
      select last_used_at from oauth_grant where account_id = ${person.id}`;
    expect(grant).toEqual({ last_used_at: expect.any(Date) });
  });

  it('asks nobody twice for what they consented to, and for what is new alone', async () => {
    const person = await auth.signedIn('editor');
    const browser = replicas.newBrowser();
    const first = claimsOf((await signInAt(party, browser, person)).access_token);
    const silent = await signInAt(party, browser, person, { prompt: 'none' });
    expect(claimsOf(silent.access_token)['sid']).toBe(first['sid']);
    const more = { scope: 'openid resources:read resources:write', prompt: 'none' };
    const { url } = await beginAuthorization(party, more);
    const back = await visitPages(browser, url, person);
    expect(back.searchParams.get('error')).toBe('consent_required');
    expect(back.searchParams.get('iss')).toBe(ISSUER);
  });

  it('shows all that an app on a device asks for, whatever it was let do: others may come in its name', async () => {
    const app = await oauthParty(auth, { kind: ClientKind.NATIVE }, replicas.nextPort);
    const person = await auth.signedIn();
    const browser = replicas.newBrowser();
    await signInAt(app, browser, person);
    let { url } = await beginAuthorization(app);
    let page: string | undefined;
    while (page === undefined) {
      const { headers, text } = await browser.get(url.pathname + url.search);
      const location = headers.location ?? /url=([^"]+)"/.exec(text)?.[1];
      if (location === undefined) page = text;
      else url = new URL(location, ISSUER);
    }
    expect(page).toContain('Know that it is you');
    expect(page).toContain('View resources');
    expect(page).toContain('value="resources:read"');
  });

  it('gives what the person holds of what is asked for, and asks again once they hold more', async () => {
    const person = await auth.signedIn();
    const browser = replicas.newBrowser();
    const scope = 'openid resources:read resources:write';
    const tokens = await signInAt(party, browser, person, { scope });
    expect(claimsOf(tokens.access_token)['scope']).toBe('resources:read');
    const silent = await signInAt(party, browser, person, { scope, prompt: 'none' });
    expect(silent.scope).toBe('resources:read');
    const admin = await auth.signedIn('admin');
    await auth.grantRole(person.id, 'editor', admin.accessToken);
    const after = await signInAt(party, browser, person, { scope });
    expect(claimsOf(after.access_token)['scope']).toBe('resources:read resources:write');
  });

  it('asks for no more than its client was registered for', async () => {
    const less = await oauthParty(auth, { permissions: ['resources:read'] }, replicas.nextPort);
    const person = await auth.signedIn('editor');
    const scope = 'openid resources:read resources:write';
    const tokens = await signInAt(less, replicas.newBrowser(), person, { scope });
    expect(claimsOf(tokens.access_token)['scope']).toBe('resources:read');
  });

  it('takes no for an answer', async () => {
    const person = await auth.signedIn();
    const { url } = await beginAuthorization(party);
    const back = await visitPages(replicas.newBrowser(), url, { ...person, decision: 'deny' });
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', iss: ISSUER });
  });

  it('is refused to whoever is suspended after they signed in', async () => {
    const person = await auth.signedIn();
    const { redeem } = await obtainCode(party, replicas.newBrowser(), person);
    await auth.database.sql`update account set suspended_at = now() where id = ${person.id}`;
    expect(await faultOf(redeem())).toBe('invalid_grant');
  });
});

describe('a code', () => {
  it('that comes back ends all that came of it', async () => {
    const person = await auth.signedIn();
    const { redeem } = await obtainCode(party, replicas.newBrowser(), person);
    const { access_token: accessToken } = await redeem();
    expect(await faultOf(redeem())).toBe('invalid_grant');
    expect(await isLive(claimsOf(accessToken)['sid'])).toBe(false);
  });

  it('is good for one of twenty who come with it at once, and then for nobody', async () => {
    const person = await auth.signedIn();
    const { redeem } = await obtainCode(party, replicas.newBrowser(), person);
    const tries = Array.from({ length: 20 }, () => redeem());
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    const [row] = await auth.database.sql<{ live: boolean }[]>`
      select ended_at is null as live from oauth_grant where account_id = ${person.id}`;
    expect(row).toEqual({ live: false });
  });

  it('is of no use to another client, nor without what its beginning was proved with', async () => {
    const person = await auth.signedIn();
    const { code } = await obtainCode(party, replicas.newBrowser(), person);
    const other = await oauthParty(auth, {}, replicas.nextPort);
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
    for (const [who, more] of [
      [other, { code_verifier: 'v'.repeat(43) }],
      [party, {}],
      [party, { code_verifier: 'v'.repeat(43) }],
    ] as const) {
      const { status, body } = await postAs(who, replicas.nextPort(), '/oauth2/token', { ...form, ...more });
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
    }
  });
});

describe('a request of a client', () => {
  const authorize = (parameters: Readonly<Record<string, string>>) =>
    replicas.newBrowser().get(`/oauth2/auth?${new URLSearchParams(parameters)}`);

  it.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }],
    ['a challenge that is the verifier', { code_challenge_method: 'plain' }],
    ['a challenge without its method', { code_challenge_method: '' }],
  ])('with %s is refused', async (_, more) => {
    const form = {
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      ...more,
    };
    const given = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''));
    const { status, body } = await postAs(party, replicas.nextPort(), '/oauth2/par', given);
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });

  it('is pushed where the client can prove itself, and is good once', async () => {
    const plain = await authorize({
      client_id: party.id,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
    });
    expect(new URL(plain.headers.location ?? ISSUER).searchParams.get('error')).toBe('invalid_request');
    const person = await auth.signedIn();
    const { url } = await beginAuthorization(party);
    await visitPages(replicas.newBrowser(), url, person);
    expect((await replicas.newBrowser().get(url.pathname + url.search)).status).toBe(400);
  });

  const MUTATIONS = [
    `${REDIRECT_URI}/`,
    `${REDIRECT_URI}?`,
    `${REDIRECT_URI}?a=b`,
    `${REDIRECT_URI}#`,
    `${REDIRECT_URI}#a`,
    `${REDIRECT_URI}x`,
    `${REDIRECT_URI}%00`,
    `${REDIRECT_URI}%2f`,
    `${REDIRECT_URI}/../callback`,
    `${REDIRECT_URI}/..;/callback`,
    `${REDIRECT_URI};a`,
    `${REDIRECT_URI} `,
    ` ${REDIRECT_URI}`,
    `${REDIRECT_URI}\n`,
    'https://app.example/Callback',
    'https://app.example/CALLBACK',
    'https://app.example//callback',
    'https://app.example/./callback',
    'https://app.example/a/../callback',
    'https://app.example/%63allback',
    'https://app.example\\callback',
    'https://app.example/\\callback',
    'https:/app.example/callback',
    'https:app.example/callback',
    'HTTPS://app.example/callback',
    'https://APP.example/callback',
    'https://app.example./callback',
    'https://app.example:443/callback',
    'https://app.example:444/callback',
    'https://app.example:/callback',
    'http://app.example/callback',
    'https://user@app.example/callback',
    'https://app.example@evil.example/callback',
    'https://app.example.evil.example/callback',
    'https://evil.example/callback',
    'https://evil.example/https://app.example/callback',
    'https://a.app.example/callback',
    'https://xapp.example/callback',
    'https://app.example',
    'https://app.example/',
    '//app.example/callback',
    '/callback',
    'javascript:alert(1)//https://app.example/callback',
    'data:text/html,https://app.example/callback',
    '*',
    '',
  ];

  it.each(MUTATIONS)('sends nobody to %j', async (redirectUri) => {
    const browserApp = await browserParty();
    const answer = await authorize({
      client_id: browserApp.id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'/);
  });

  let known: Promise<OauthParty> | undefined;
  /** One whose requests are not pushed. */
  const browserParty = () => (known ??= oauthParty(auth, { kind: ClientKind.BROWSER }, replicas.nextPort));

  it.each(['token', 'id_token', 'code token', 'none'])('for %s is refused', async (responseType) => {
    const { id } = await browserParty();
    const answer = await authorize({
      client_id: id,
      response_type: responseType,
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      nonce: 'n',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
    });
    const { search, hash } = new URL(answer.headers.location ?? '', ISSUER);
    expect(search + hash).toMatch(/^[?#]error=(unsupported_response_type|invalid_request)&/);
    expect(search + hash).not.toMatch(/code=|token=/);
  });
});

describe('the documents of the issuer', () => {
  it.each(['openid-configuration', 'oauth-authorization-server'])('say what there is: %s', async (name) => {
    const { text, status } = await replicas.newBrowser().get(`/.well-known/${name}`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      token_endpoint: `${ISSUER}/oauth2/token`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'none',
      ],
      scopes_supported: expect.arrayContaining(['openid', 'offline_access', 'resources:read']),
      grant_types_supported: expect.not.arrayContaining(['implicit', 'password']),
    });
    expect(JSON.parse(text)).not.toHaveProperty('registration_endpoint');
  });

  it.each([
    ['password', 'unsupported_grant_type'],
    ['client_credentials', 'unauthorized_client'],
    ['urn:ietf:params:oauth:grant-type:device_code', 'unauthorized_client'],
    ['urn:ietf:params:oauth:grant-type:token-exchange', 'unauthorized_client'],
  ])('a client has no other way than its own: %s is %s', async (grantType, error) => {
    const form = { grant_type: grantType, username: 'a', password: 'b' };
    const { status, body, headers } = await postAs(party, replicas.nextPort(), '/oauth2/token', form);
    expect([status, body['error']]).toEqual([400, error]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('a client without the grant type of devices gets no code for one', async () => {
    const answer = await postAs(party, replicas.nextPort(), '/oauth2/device_authorization', {
      scope: 'openid',
    });
    expect([answer.status, answer.body['error']]).toEqual([400, 'unauthorized_client']);
  });
});
