import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientKind, GrantType } from '@gatehouse/contracts/auth';
import { createProofKey, type SpecProofKey } from '@gatehouse/testing';
import * as openid from 'openid-client';
import { clientCalls } from '../spec/client-calls.js';
import {
  beginAuthorization,
  dpopOf,
  faultOf,
  obtainCode,
  oauthParty,
  postAs,
  signInAt,
  type OauthParty,
  type Registration,
} from '../spec/oauth-party.js';
import { claimsOf, ISSUER } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

const TOKEN_URI = `${ISSUER}/oauth2/token`;
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SCOPE = 'openid offline_access resources:read';
const MACHINE: Registration = {
  grantTypes: [GrantType.CLIENT_CREDENTIALS, GrantType.TOKEN_EXCHANGE],
  redirectUris: [],
  permissions: [],
  ownPermissions: ['resources:read'],
};

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let web: OauthParty;
let native: OauthParty;
let machine: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  web = await oauthParty(auth, {}, replicas.nextPort);
  native = await oauthParty(auth, { kind: ClientKind.NATIVE }, replicas.nextPort);
  machine = await oauthParty(auth, MACHINE, replicas.nextPort);
});
afterAll(() => replicas.close());

const binding = (key: SpecProofKey) => ({ cnf: { jkt: key.thumbprint } });
/** A proof for the token endpoint, where no access token is shown. */
const proveAtToken = (key: SpecProofKey, claims: Readonly<Record<string, unknown>> = {}) =>
  key.prove({ method: 'POST', uri: TOKEN_URI, accessToken: '' }, { ath: undefined, ...claims });
const signedIn = async (party: OauthParty, key: SpecProofKey | undefined, scope = SCOPE) => {
  const person = await auth.signedIn('editor');
  const options = key && (await dpopOf(party, key));
  const parameters = { scope, prompt: 'consent' };
  return signInAt(party, replicas.newBrowser(), person, parameters, options);
};

describe('the issuer', () => {
  it('says which proofs it takes', () => {
    expect(web.config.serverMetadata()['dpop_signing_alg_values_supported']).toEqual(['ES256', 'Ed25519']);
  });
});

describe('an access token', () => {
  it.each(['ES256', 'Ed25519'] as const)(
    'is bound to the key that a client proves to have: %s',
    async (alg) => {
      const key = createProofKey(alg);
      const tokens = await signedIn(web, key);
      expect(tokens.token_type).toBe('dpop');
      expect(claimsOf(tokens.access_token)).toMatchObject(binding(key));
      expect(await openid.tokenIntrospection(web.config, tokens.access_token)).toMatchObject({
        active: true,
        token_type: 'DPoP',
        ...binding(key),
      });
    },
  );

  it('is bound that a client gets in its own name', async () => {
    const key = createProofKey();
    const options = await dpopOf(machine, key);
    const tokens = await openid.clientCredentialsGrant(machine.config, { scope: 'resources:read' }, options);
    expect(tokens.token_type).toBe('dpop');
    expect(claimsOf(tokens.access_token)).toMatchObject({ sub: machine.id, ...binding(key) });
  });

  it('is bound to nothing where nothing is proven', async () => {
    const tokens = await signedIn(web, undefined);
    expect(tokens.token_type).toBe('bearer');
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('cnf');
  });

  it('is revoked by whoever may, bound or not', async () => {
    const tokens = await signedIn(web, createProofKey());
    await openid.tokenRevocation(web.config, tokens.access_token);
    expect(await openid.tokenIntrospection(web.config, tokens.access_token)).toMatchObject({ active: false });
  });

  it('is good at the userinfo endpoint with a proof alone', async () => {
    const key = createProofKey();
    const { access_token: accessToken, claims } = await signedIn(web, key, 'openid');
    const subject = claims()!.sub;
    const options = await dpopOf(web, key);
    expect(await openid.fetchUserInfo(web.config, accessToken, subject, options)).toMatchObject({
      sub: subject,
    });
    expect(await faultOf(openid.fetchUserInfo(web.config, accessToken, subject))).toBe('invalid_token');
  });
});

describe('a code', () => {
  it('is redeemed with the key alone that it was asked for with', async () => {
    const key = createProofKey();
    const person = await auth.signedIn('editor');
    for (const party of [web, native]) {
      const redeeming = async (by?: SpecProofKey) => {
        const parameters = { dpop_jkt: key.thumbprint };
        const options = by && (await dpopOf(party, by));
        const code = await obtainCode(party, replicas.newBrowser(), person, parameters);
        return faultOf(code.redeem(options));
      };
      expect(await redeeming()).toBe('invalid_grant');
      expect(await redeeming(createProofKey())).toBe('invalid_grant');
      expect(await redeeming(key)).toBe('OK');
    }
  });

  it('is asked for with a proof, or with what contradicts it', async () => {
    const proof = (key: SpecProofKey) =>
      key.prove({ method: 'POST', uri: `${ISSUER}/oauth2/par`, accessToken: '' }, { ath: undefined });
    const [key, other] = [createProofKey(), createProofKey()];
    const { url } = await beginAuthorization(native);
    const pushed = { ...Object.fromEntries(url.searchParams), dpop_jkt: key.thumbprint };
    const push = (by: SpecProofKey) =>
      postAs(native, replicas.nextPort(), '/oauth2/par', pushed, { dpop: proof(by) });
    expect((await push(other)).body).toMatchObject({ error: 'invalid_request' });
    expect((await push(key)).status).toBe(201);
  });
});

describe('a refresh token', () => {
  const refresh = async (party: OauthParty, refreshToken: string, by?: SpecProofKey) =>
    openid.refreshTokenGrant(party.config, refreshToken, undefined, by && (await dpopOf(party, by)));

  it('of a client without a secret is bound to the key, and gives what is bound to it', async () => {
    const key = createProofKey();
    const { refresh_token: refreshToken = '' } = await signedIn(native, key);
    expect(await faultOf(refresh(native, refreshToken))).toBe('invalid_grant');
    expect(await faultOf(refresh(native, refreshToken, createProofKey()))).toBe('invalid_grant');
    const next = await refresh(native, refreshToken, key);
    expect(claimsOf(next.access_token)).toMatchObject(binding(key));
    expect(await faultOf(refresh(native, next.refresh_token ?? ''))).toBe('invalid_grant');
  });

  it('of a client that proves itself goes on with another key (RFC 9449, section 5)', async () => {
    const next = createProofKey();
    const { refresh_token: refreshToken = '' } = await signedIn(web, createProofKey());
    expect(claimsOf((await refresh(web, refreshToken, next)).access_token)).toMatchObject(binding(next));
  });
});

describe('a proof at the token endpoint', () => {
  const ask = (proof: string, by: OauthParty = machine) =>
    postAs(
      by,
      replicas.nextPort(),
      '/oauth2/token',
      { grant_type: 'client_credentials', scope: 'resources:read' },
      { dpop: proof },
    );
  const now = () => Math.floor(Date.now() / 1_000);

  it.each<[string, (key: SpecProofKey) => string]>([
    ['is none', () => 'proof'],
    ['is of another method', (key) => proveAtToken(key, { htm: 'GET' })],
    ['is of another endpoint', (key) => proveAtToken(key, { htu: `${ISSUER}/oauth2/par` })],
    ['is of an access token', (key) => proveAtToken(key, { ath: 'a'.repeat(43) })],
    ['is two minutes old', (key) => proveAtToken(key, { iat: now() - 120 })],
    ['is of the time to come', (key) => proveAtToken(key, { iat: now() + 120 })],
    ['has a name without end', (key) => proveAtToken(key, { jti: 'j'.repeat(129) })],
    [
      'shows the secret key',
      (key) =>
        key.prove(
          { method: 'POST', uri: TOKEN_URI, accessToken: '' },
          { ath: undefined },
          { jwk: key.privateJwk },
        ),
    ],
    [
      'is signed with a shared secret',
      (key) =>
        key.prove({ method: 'POST', uri: TOKEN_URI, accessToken: '' }, { ath: undefined }, { alg: 'HS256' }),
    ],
  ])('is refused that %s', async (_, proofOf) => {
    const { status, body } = await ask(proofOf(createProofKey()));
    expect([status, body['error']]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('is good once at all replicas, whichever client brings it again', async () => {
    const other = await oauthParty(auth, MACHINE);
    const proof = proveAtToken(createProofKey());
    expect((await ask(proof)).status).toBe(200);
    for (const by of [machine, machine, other]) expect((await ask(proof, by)).status).toBe(400);
  });
});

const exchange = async (subjectToken: string, by?: SpecProofKey, party = machine) =>
  openid.genericGrantRequest(
    party.config,
    EXCHANGE,
    { subject_token: subjectToken, subject_token_type: ACCESS_TOKEN },
    by && (await dpopOf(party, by)),
  );

describe('token exchange of what is bound', () => {
  it('takes a proof of the same key, and gives what is bound to it', async () => {
    const key = createProofKey();
    const { access_token: accessToken } = await signedIn(web, key);
    expect(await faultOf(exchange(accessToken))).toBe('invalid_grant');
    expect(await faultOf(exchange(accessToken, createProofKey()))).toBe('invalid_grant');
    const tokens = await exchange(accessToken, key);
    expect(tokens.token_type).toBe('dpop');
    expect(claimsOf(tokens.access_token)).toMatchObject({ client_id: machine.id, ...binding(key) });
  });

  it('binds what was bound to nothing, where the client proves a key', async () => {
    const key = createProofKey();
    const { access_token: accessToken } = await signedIn(web, undefined);
    expect(claimsOf((await exchange(accessToken, key)).access_token)).toMatchObject(binding(key));
    expect(claimsOf((await exchange(accessToken)).access_token)).not.toHaveProperty('cnf');
  });

  it('takes a proof once', async () => {
    const key = createProofKey();
    const { access_token: accessToken } = await signedIn(web, key);
    const form = { grant_type: EXCHANGE, subject_token: accessToken, subject_token_type: ACCESS_TOKEN };
    const headers = { dpop: proveAtToken(key) };
    const send = () => postAs(machine, replicas.nextPort(), '/oauth2/token', form, headers);
    expect((await send()).status).toBe(200);
    expect((await send()).body).toMatchObject({ error: 'invalid_dpop_proof' });
  });
});

describe('a client that is registered for bound access tokens', () => {
  const dpopBoundAccessTokens = true;
  const key = createProofKey();
  const OFFLINE = { scope: SCOPE, prompt: 'consent' };

  it('redeems a code and a refresh token with a proof alone, and loses neither without one', async () => {
    for (const kind of [ClientKind.WEB, ClientKind.NATIVE]) {
      const party = await oauthParty(auth, { kind, dpopBoundAccessTokens }, replicas.nextPort);
      const proven = await dpopOf(party, key);
      const code = await obtainCode(party, replicas.newBrowser(), await auth.signedIn('editor'), OFFLINE);
      expect(await faultOf(code.redeem())).toBe('invalid_grant');
      const { refresh_token: refreshToken = '', ...tokens } = await code.redeem(proven);
      expect(claimsOf(tokens.access_token)).toMatchObject(binding(key));
      expect(await faultOf(openid.refreshTokenGrant(party.config, refreshToken))).toBe('invalid_grant');
      const next = await openid.refreshTokenGrant(party.config, refreshToken, undefined, proven);
      expect(claimsOf(next.access_token)).toMatchObject(binding(key));
    }
  });

  it('acts in its own name, and hands on what it was shown, with a proof alone', async () => {
    const party = await oauthParty(auth, { ...MACHINE, dpopBoundAccessTokens }, replicas.nextPort);
    const own = async (by?: SpecProofKey) =>
      openid.clientCredentialsGrant(
        party.config,
        { scope: 'resources:read' },
        by && (await dpopOf(party, by)),
      );
    expect(await faultOf(own())).toBe('invalid_grant');
    expect(claimsOf((await own(key)).access_token)).toMatchObject(binding(key));
    const { access_token: shown } = await signedIn(web, undefined);
    expect(await faultOf(exchange(shown, undefined, party))).toBe('invalid_grant');
    expect(claimsOf((await exchange(shown, key, party)).access_token)).toMatchObject(binding(key));
  });

  it('asks for the tokens of a device with a proof alone', async () => {
    const device = {
      kind: ClientKind.NATIVE,
      grantTypes: [GrantType.DEVICE_CODE],
      redirectUris: [],
      dpopBoundAccessTokens,
    };
    const party = await oauthParty(auth, device, replicas.nextPort);
    const { device_code } = await openid.initiateDeviceAuthorization(party.config, {
      scope: 'resources:read',
    });
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code };
    const poll = async (headers: Readonly<Record<string, string>> = {}) =>
      (await postAs(party, replicas.nextPort(), '/oauth2/token', form, headers)).body['error'];
    expect(await poll()).toBe('invalid_grant');
    expect(await poll({ dpop: proveAtToken(key) })).toBe('authorization_pending');
  });

  it('becomes one for the refresh tokens that it has', async () => {
    const party = await oauthParty(auth, {}, replicas.nextPort);
    const { refresh_token: refreshToken = '' } = await signedIn(party, undefined);
    const admin = (await auth.signedIn('admin')).accessToken;
    const clients = clientCalls(auth.service.port);
    const change = { id: party.id, dpopBoundAccessTokens };
    await clients.update(change, ['dpop_bound_access_tokens'], admin).finally(() => clients.close());
    const refresh = (options?: openid.DPoPOptions) =>
      openid.refreshTokenGrant(party.config, refreshToken, undefined, options);
    for (let replica = 0; replica < 2; replica++) expect(await faultOf(refresh())).toBe('invalid_grant');
    expect(await faultOf(refresh(await dpopOf(party, key)))).toBe('OK');
  });
});
