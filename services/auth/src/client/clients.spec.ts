import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientAuthentication, ClientKind, GrantType, SubjectType } from '@gatehouse/contracts/auth';
import { eventually } from '@gatehouse/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { clientCalls, type ClientCalls } from '../spec/client-calls.js';
import type { Registration } from '../spec/oauth-party.js';
import { claimsOf, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

let auth: RunningAuth;
let clients: ClientCalls;
let admin: string;

beforeAll(async () => {
  auth = await runningAuth();
  clients = clientCalls(auth.service.port);
  admin = (await auth.signedIn('admin')).accessToken;
});
afterAll(async () => {
  clients.close();
  await auth.close();
});

const APP: Registration = {
  displayName: 'Example app',
  homeUri: 'https://app.example/',
  kind: ClientKind.WEB,
  grantTypes: [GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN],
  redirectUris: ['https://app.example/callback'],
  permissions: ['resources:read'],
};
const PUBLIC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const created = async (more: Registration = {}) => (await clients.create({ ...APP, ...more }, admin)).client!;
const refusalOf = (more: Registration) => reasonOf(clients.create({ ...APP, ...more }, admin));
const lastEvent = async () => {
  const [row] = await auth.database.sql<{ action: string; outcome: string; target: string }[]>`
    select action, outcome, target from audit_event order by id desc limit 1`;
  return row;
};

describe('a client', () => {
  it('is registered by whoever may, with a secret that is shown once', async () => {
    const { client, secret } = await clients.create(APP, admin);
    expect(secret).toMatch(/^ghc_[\w-]{43}$/);
    expect(client).toMatchObject({
      ...APP,
      subjectType: SubjectType.PAIRWISE,
      authentication: ClientAuthentication.SECRET,
      dpopBoundAccessTokens: false,
      plainRequests: false,
      disableTime: undefined,
    });
    expect(await lastEvent()).toEqual({ action: 'CreateClient', outcome: 'OK', target: client!.id });
    expect(await clients.get(client!.id, admin)).toEqual(client);
  });

  it('has none where it could not keep one', async () => {
    const more = {
      kind: ClientKind.NATIVE,
      redirectUris: ['com.example.app:/callback', 'http://127.0.0.1/'],
    };
    const { client, secret } = await clients.create({ ...APP, ...more }, admin);
    expect([secret, client!.authentication]).toEqual(['', ClientAuthentication.NONE]);
    expect(await reasonOf(clients.rotateSecret(client!.id, admin, 0))).toBe('CLIENT_HAS_NO_SECRET');
  });

  it('is registered by nobody else', async () => {
    const person = await auth.signedIn('editor');
    expect(await reasonOf(clients.create(APP, person.accessToken))).toBe('PERMISSION_MISSING');
    expect(await reasonOf(clients.list(person.accessToken))).toBe('PERMISSION_MISSING');
    expect(await reasonOf(clients.disable((await created()).id, person.accessToken))).toBe(
      'PERMISSION_MISSING',
    );
  });

  it('is given what it proves itself with after a recent sign-in', async () => {
    const early = await auth.signedIn('admin');
    await auth.database.sql`
      update token_family set created_at = created_at - interval '16 minutes'
      where id = ${String(claimsOf(early.accessToken)['sid'])}`;
    const { accessToken: late } = await auth.refresh(early.refreshToken);
    const { id } = await created();
    const update = clients.update({ id, displayName: 'x' }, ['display_name'], late);
    for (const call of [clients.create(APP, late), clients.rotateSecret(id, late, 0), update])
      expect(await reasonOf(call)).toBe('SIGN_IN_TOO_OLD');
    for (const call of [clients.get(id, late), clients.disable(id, late)])
      expect(await reasonOf(call)).toBe('OK');
  });

  it('changes in what is named, and in nothing else', async () => {
    const before = await created();
    const change = { id: before.id, displayName: 'Another name', permissions: [] };
    const after = await clients.update(change, ['display_name'], admin);
    expect(after).toEqual({ ...before, displayName: 'Another name', updateTime: expect.any(Date) });
    for (const dpopBoundAccessTokens of [true, false]) {
      const bound = { id: before.id, dpopBoundAccessTokens };
      expect(await clients.update(bound, ['dpop_bound_access_tokens'], admin)).toMatchObject(bound);
    }
    expect(await reasonOf(clients.update(change, ['secret'], admin))).toBe('FIELD_MASK_INVALID');
  });

  it('does not change for what only auth sets', async () => {
    const before = await created();
    const sent = { id: before.id, displayName: 'Another name', createTime: new Date(0) };
    expect(await clients.update(sent, ['create_time', 'authentication'], admin)).toEqual(before);
    const after = await clients.update(sent, ['create_time', 'display_name'], admin);
    expect(after).toMatchObject({ displayName: 'Another name', createTime: before.createTime });
  });

  it('is changed by all that was read of it with a field changed, but never in its kind', async () => {
    const before = await created();
    // As the gateway names what a body holds.
    const mask = ['display_name', 'kind', 'grant_types', 'redirect_uris', 'permissions', 'subject_type'];
    for (const [displayName, named] of Object.entries({ 'With a mask': mask, Without: [], All: ['*'] })) {
      const after = await clients.update({ ...before, displayName }, named, admin);
      expect(after).toEqual({ ...before, displayName, updateTime: expect.any(Date) });
    }
    for (const named of [mask, [], ['*'], ['kind']]) {
      const update = clients.update({ ...before, kind: ClientKind.NATIVE }, named, admin);
      expect(await reasonOf(update)).toBe('FIELD_INVALID');
    }
    expect(await clients.get(before.id, admin)).toMatchObject({ kind: before.kind });
  });

  it.each([
    ['CLIENT_CHANGED', 'changed', "changed_at = changed_at + interval '1 microsecond'"],
    ['CLIENT_UNKNOWN', 'disabled', 'disabled_at = clock_timestamp()'],
  ])('is not changed by what it was before: %s when it is %s meanwhile', async (reason, _, change) => {
    const { sql } = auth.database;
    const { id } = await created();
    await sql`update oauth_client set changed_at = date_trunc('milliseconds', changed_at) where id = ${id}`;
    const { updating } = await sql.begin(async (tx) => {
      await tx`select from oauth_client where id = ${id} for update`;
      const waiting = reasonOf(clients.update({ id, displayName: 'Late' }, ['display_name'], admin));
      await eventually(async () => {
        const blocked = await tx`
          select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`;
        expect(blocked).toHaveLength(1);
      });
      await tx`update oauth_client set ${tx.unsafe(change)} where id = ${id}`;
      return { updating: waiting };
    });
    expect(await updating).toBe(reason);
    expect((await clients.get(id, admin)).displayName).toBe(APP.displayName);
  });

  it('is disabled for good', async () => {
    const { id } = await created();
    const disabled = await clients.disable(id, admin);
    expect(disabled.disableTime).toBeInstanceOf(Date);
    expect(await clients.disable(id, admin)).toEqual(disabled);
    expect(await reasonOf(clients.update({ id, displayName: 'x' }, ['display_name'], admin))).toBe(
      'CLIENT_UNKNOWN',
    );
    expect(await reasonOf(clients.rotateSecret(id, admin, 0))).toBe('CLIENT_UNKNOWN');
    expect(await reasonOf(clients.disable(randomUUID(), admin))).toBe('CLIENT_UNKNOWN');
  });

  it('stands in the list, newest first, a page at a time', async () => {
    const made = [(await created()).id, (await created()).id];
    const first = await clients.list(admin, 1);
    const second = await clients.list(admin, 1, first.nextPageToken);
    expect([...first.clients, ...second.clients].map(({ id }) => id)).toEqual(made.reverse());
  });
});

describe('what is said of a client', () => {
  it.each<[string, Registration]>([
    ['no name', { displayName: ' ' }],
    ['a name that looks like another', { displayName: 'Goog\u200ble' }],
    ['no kind', { kind: ClientKind.UNSPECIFIED }],
    ['nothing that it does', { grantTypes: [] }],
    ['nowhere to send people back to', { redirectUris: [] }],
    ['somewhere to send people that nobody sends', { grantTypes: [GrantType.DEVICE_CODE] }],
    [
      'its own name in a browser',
      { kind: ClientKind.BROWSER, grantTypes: [GrantType.CLIENT_CREDENTIALS], redirectUris: [] },
    ],
    ['a permission that there is not', { permissions: ['nothing:read'] }],
    ['a permission for services', { permissions: ['users:provision'] }],
    ['something to do in its own name that it never does', { ownPermissions: ['resources:read'] }],
    ['keys at two places', { jwks: '{"keys":[]}', jwksUri: 'https://app.example/keys' }],
    ['no keys', { jwks: '{"keys":[]}' }],
    ['no key set', { jwks: 'keys' }],
    [
      'a shared secret as its key',
      { jwks: '{"keys":[{"kty":"oct","k":"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"}]}' },
    ],
    ['a key that cannot be kept', { jwks: JSON.stringify({ keys: [{ ...PUBLIC_KEY, note: '\0' }] }) }],
    ['half a character', { jwks: JSON.stringify({ keys: [{ ...PUBLIC_KEY, note: '\ud800' }] }) }],
    ['several hosts for one name', { redirectUris: ['https://a.example/', 'https://b.example/'] }],
    ['a home that is a script', { homeUri: 'javascript:alert(1)' }],
    ['plain requests of a browser', { kind: ClientKind.BROWSER, plainRequests: true }],
  ])('is not %s', async (_, more) => {
    expect(await refusalOf(more)).toBe('FIELD_INVALID');
  });

  it.each([
    'http://app.example/callback',
    'https://app.example/*',
    'https://*.app.example/',
    'https://app.example/callback#here',
    'https://user:password@app.example/',
    'https://APP.example/callback',
    'https://app.example/a/../callback',
    'https://app.example:443/callback',
    '//app.example/callback',
    '/callback',
    'javascript:alert(1)',
    'data:text/html,a',
    'http://127.0.0.1/callback',
    'com.example.app:/callback',
    'app.example',
  ])('is no redirect URI of a server: %s', async (uri) => {
    expect(await refusalOf({ redirectUris: [uri] })).toBe('FIELD_INVALID');
  });

  it('is no more than whoever says it may do', async () => {
    const more = { grantTypes: [GrantType.CLIENT_CREDENTIALS], redirectUris: [], permissions: [] };
    const grant = { ...APP, ...more, ownPermissions: ['audit:read'] };
    expect(await reasonOf(clients.create(grant, admin))).toBe('OK');
    const less = await auth.context.database.sql<{ count: number }[]>`
      select count(*)::int as count from oauth_client where own_permissions = '{"audit:read"}'`;
    expect(less[0]!.count).toBe(1);
  });
});

describe('what a client names', () => {
  let trap: Server;
  let asked: string[];
  let port: number;
  beforeAll(async () => {
    asked = [];
    trap = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    ({ port } = trap.address() as AddressInfo);
  });
  afterAll(() => void trap.close());

  it.each([
    'http://127.0.0.1:PORT/keys',
    'https://127.0.0.1:PORT/keys',
    'https://[::1]:PORT/keys',
    'https://[::ffff:127.0.0.1]:PORT/keys',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/keys',
    'https://0.0.0.0:PORT/keys',
    'file:///etc/passwd',
    'gopher://127.0.0.1:PORT/',
  ])('is at no address of ours: %s', async (template) => {
    const uri = template.replace('PORT', String(port));
    for (const more of [{ jwksUri: uri }, { sectorIdentifierUri: uri }, { logoutUri: uri }, { homeUri: uri }])
      expect(await refusalOf(more)).toBe('FIELD_INVALID');
    expect(asked).toEqual([]);
  });

  it('is at no name that leads to one', async () => {
    const uri = `https://localhost:${port}/keys`;
    for (const more of [{ jwksUri: uri }, { sectorIdentifierUri: uri }])
      expect(await refusalOf(more)).toBe('CLIENT_METADATA_REFUSED');
    expect(asked).toEqual([]);
  });
});

describe('what a client names, where this machine is reached', () => {
  let open: RunningAuth;
  let calls: ClientCalls;
  let token: string;
  let server: Server;
  let asked: string[];
  let uri: (path: string) => string;
  beforeAll(async () => {
    open = await runningAuth({ GATEHOUSE_OUTBOUND_ADDRESSES: 'any' });
    calls = clientCalls(open.service.port);
    token = (await open.signedIn('admin')).accessToken;
    asked = [];
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] });
    server = createServer((request, response) => {
      const { url = '' } = request;
      asked.push(url);
      if (url === '/moved') response.writeHead(302, { location: '/keys' });
      if (url === '/keys') response.setHeader('content-type', 'application/json');
      response.end(url === '/keys' ? keys : 'a'.repeat(url === '/large' ? 1_048_576 : 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    uri = (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  });
  afterAll(async () => {
    calls.close();
    server.close();
    await open.close();
  });

  const reason = (more: Registration) => reasonOf(calls.create({ ...APP, ...more }, token));

  it('is read when it is registered, and nothing that it leads on to', async () => {
    expect(await reason({ jwksUri: uri('/keys') })).toBe('OK');
    asked = [];
    for (const path of ['/moved', '/large', '/text'])
      expect(await reason({ jwksUri: uri(path) })).toBe('CLIENT_METADATA_REFUSED');
    expect(asked).toEqual(['/moved', '/large', '/text']);
  });
});
