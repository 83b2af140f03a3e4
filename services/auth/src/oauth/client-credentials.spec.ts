import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { contract } from '@gatehouse/contracts';
import { AuditServiceClient, GrantType } from '@gatehouse/contracts/auth';
import { openClient } from '@gatehouse/grpc';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import * as openid from 'openid-client';
import { clientCalls, type ClientCalls } from '../spec/client-calls.js';
import { faultOf, oauthParty, postAs, type OauthParty } from '../spec/oauth-party.js';
import { claimsOf, ISSUER, reasonOf } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let clients: ClientCalls;
let auditing: AuditServiceClient;
let party: OauthParty;

const OWN = {
  grantTypes: [GrantType.CLIENT_CREDENTIALS],
  redirectUris: [],
  permissions: [],
  ownPermissions: ['audit:read', 'resources:read'],
};

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  clients = clientCalls(auth.service.port);
  auditing = openClient(AuditServiceClient, `127.0.0.1:${auth.service.port}`, contract);
  party = await oauthParty(auth, OWN, replicas.nextPort);
});
afterAll(async () => {
  auditing.close();
  clients.close();
  await replicas.close();
});

const tokenOf = async (scope: string, by = party) =>
  (await openid.clientCredentialsGrant(by.config, { scope })).access_token;
const listAudit = (accessToken: string) =>
  reasonOf(
    auth.call(
      auditing.listAuditEvents.bind(auditing),
      { pageSize: 1, pageToken: '', filter: undefined },
      accessToken,
    ),
  );

describe('a client in its own name', () => {
  it('is its own subject, for what it asks for of what it may do', async () => {
    const accessToken = await tokenOf('audit:read');
    expect(claimsOf(accessToken)).toEqual({
      iss: ISSUER,
      aud: auth.context.apiAudience,
      sub: party.id,
      client_id: party.id,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
      scope: 'audit:read',
    });
    expect(await faultOf(tokenOf('resources:write'))).toBe('invalid_scope');
    expect(await faultOf(tokenOf('users:admin'))).toBe('invalid_scope');
  });

  it('is let in where the contract says so, and nowhere else', async () => {
    const accessToken = await tokenOf('audit:read');
    expect(await listAudit(accessToken)).toBe('OK');
    expect(await listAudit(await tokenOf('resources:read'))).toBe('PERMISSION_MISSING');
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('CALLER_NOT_ADMITTED');
    expect(await reasonOf(clients.list(accessToken))).toBe('CALLER_NOT_ADMITTED');
  });

  it('may do no more from the moment that it may do less', async () => {
    const admin = await auth.signedIn('admin');
    const other = await oauthParty(auth, OWN, replicas.nextPort);
    await clients.update(
      { id: other.id, ownPermissions: ['resources:read'] },
      ['own_permissions'],
      admin.accessToken,
    );
    expect(await faultOf(tokenOf('audit:read', other))).toBe('invalid_scope');
  });

  it.each<[string, (id: string, admin: string) => Promise<unknown>]>([
    ['it is disabled', (id, admin) => clients.disable(id, admin)],
    ['it is revoked', (id) => auth.context.database.transaction((tx) => revokeClient(tx, id))],
  ])('is refused with what it was issued before %s', async (cause, happen) => {
    const admin = await auth.signedIn('admin');
    const other = await oauthParty(auth, OWN, replicas.nextPort);
    // The second has another second in it, which the revocation has to reach as well.
    const issued = [await tokenOf('audit:read', other), await tokenOf('audit:read', other)];
    await happen(other.id, admin.accessToken);
    await replicas.catchUp();
    for (const accessToken of issued) expect(await listAudit(accessToken)).toBe('UNAUTHENTICATED');
    if (cause === 'it is disabled')
      expect(await faultOf(tokenOf('audit:read', other))).toBe('invalid_client');
    else expect(await listAudit(await tokenOf('audit:read', other))).toBe('OK');
  });
});

async function revokeClient(
  tx: Parameters<TwoReplicas['auth']['context']['revocations']['moment']>[0],
  id: string,
) {
  const { revocations } = auth.context;
  await revocations.append(tx, [{ kind: 'client', key: id, notBefore: await revocations.moment(tx) }]);
}

describe('a secret', () => {
  it('that is wrong is refused, and too many are not even looked at', async () => {
    const wrong = { ...party, secret: 'ghc_wrong' };
    const form = { grant_type: 'client_credentials', scope: 'audit:read' };
    const { status, body, headers } = await postAs(wrong, replicas.nextPort(), '/oauth2/token', form);
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
    expect(headers.get('www-authenticate')).toMatch(/^Basic/);
    const nobody = { id: randomUUID(), secret: 'ghc_wrong' };
    expect((await postAs(nobody, replicas.nextPort(), '/oauth2/token', form)).body).toEqual(body);
  });

  it('is known by its hash alone', async () => {
    const [{ dump } = { dump: '' }] = await auth.database.sql<{ dump: string }[]>`
      select (select jsonb_agg(s) from oauth_client_secret s)::text || (select jsonb_agg(c) from oauth_client c)::text
        as dump`;
    expect(dump).not.toContain(party.secret);
  });

  it('is replaced by a new one, and good beside it for as long as was said', async () => {
    const admin = await auth.signedIn('admin');
    const other = await oauthParty(auth, OWN, replicas.nextPort);
    const isGood = async (secret: string) => {
      const form = { grant_type: 'client_credentials', scope: 'audit:read' };
      return (await postAs({ ...other, secret }, replicas.nextPort(), '/oauth2/token', form)).status === 200;
    };
    const second = await clients.rotateSecret(other.id, admin.accessToken, 3_600);
    expect([await isGood(other.secret), await isGood(second)]).toEqual([true, true]);
    const third = await clients.rotateSecret(other.id, admin.accessToken, 0);
    expect([await isGood(other.secret), await isGood(second), await isGood(third)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('a key of its own', () => {
  let keyed: { readonly id: string; readonly privateKey: CryptoKey };
  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] });
    const { id } = await oauthParty(auth, { ...OWN, jwks }, replicas.nextPort);
    keyed = { id, privateKey };
  });

  const now = () => Math.floor(Date.now() / 1_000);
  const assertion = (claims: Record<string, unknown> = {}, key = keyed.privateKey) => {
    const times = { iat: now(), exp: now() + 60 };
    const party = { iss: keyed.id, sub: keyed.id, aud: ISSUER };
    return new SignJWT({ ...party, ...times, jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(key);
  };
  const present = async (clientAssertion: string) => {
    const { status, body } = await postAs(
      { id: keyed.id, secret: '' },
      replicas.nextPort(),
      '/oauth2/token',
      {
        grant_type: 'client_credentials',
        scope: 'audit:read',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: clientAssertion,
      },
    );
    return [status, body['error']];
  };

  it('proves it, once, whichever replica is asked', async () => {
    const once = await assertion();
    expect(await present(once)).toEqual([200, undefined]);
    expect(await present(once)).toEqual([401, 'invalid_client']);
    expect(await present(once)).toEqual([401, 'invalid_client']);
    const many = await assertion();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => present(many)));
    expect(outcomes.filter(([status]) => status === 200)).toHaveLength(1);
  });

  it('proves it by a clock that is 10 s ahead', async () => {
    const iat = now() + 10;
    expect(await present(await assertion({ iat, nbf: iat }))).toEqual([200, undefined]);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['for another issuer', () => ({ aud: 'https://other.example' })],
    ['for several', () => ({ aud: [ISSUER, 'https://other.example'] })],
    ['of somebody else', () => ({ iss: randomUUID() })],
    ['without a name', () => ({ jti: undefined })],
    ['made in ten minutes', () => ({ iat: now() + 600, exp: now() + 660 })],
    ['good for a day', () => ({ exp: now() + 86_400 })],
    ['good for longer than there are years', () => ({ exp: 1e15 })],
    ['good in ten minutes', () => ({ nbf: now() + 600, exp: now() + 660 })],
  ])('proves nothing %s', async (_, claims) => {
    expect(await present(await assertion(claims()))).toEqual([401, 'invalid_client']);
  });

  it('is not somebody else’s', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(await present(await assertion({}, privateKey))).toEqual([401, 'invalid_client']);
  });
});
