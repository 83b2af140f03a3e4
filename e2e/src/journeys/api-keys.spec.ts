import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { makeApiKey, withApiKey, type ApiKeyBody, type MadeApiKey } from '../client/api-key.js';
import { signInAs, withSession } from '../client/browser-session.js';
import { newPerson, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const gateways = system.addresses.gateways.map((url) => new RestClient(url));
const [first, second] = gateways as [RestClient, RestClient];
const READ = ['resources:read'];
const REFUSED = { status: 401, body: { code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' } };

let admin: { readonly accessToken: string };
let owner: Person;
let asOwner: RestClient;
beforeAll(async () => {
  admin = await signInDemo(system, 'admin');
  owner = await withRole(first, admin, await newPerson(first, 'Kay'), 'editor');
  asOwner = first.as(owner.accessToken);
});

const read = (rest: RestClient, secret: string) => withApiKey(rest, secret).get('/v1/resources?pageSize=1');

async function isGood(secret: string): Promise<void> {
  for (const rest of gateways) expect((await read(rest, secret)).status).toBe(200);
}

/** Both gateways refuse the key, each of which may have exchanged it a moment ago. */
async function isRefused(secret: string): Promise<void> {
  for (const rest of gateways) {
    await eventually(async () => expect(await read(rest, secret)).toMatchObject(REFUSED));
  }
}

describe('an API key', () => {
  let key: MadeApiKey;
  beforeEach(async () => {
    key = await makeApiKey(asOwner, { permissions: READ });
  });
  afterEach(async () => {
    succeeded(await asOwner.delete(`/v1/apiKeys/${key.apiKey.id}`));
  });

  it('that one gateway made is good at both, and is shown once', async () => {
    expect(key.secret).toMatch(/^gh_(live|test)_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/);
    expect(key.secret.startsWith('gh_live_')).toBe(system.production);
    await isGood(key.secret);
    const path = `/v1/apiKeys/${key.apiKey.id}`;
    const seen = succeeded(await asOwner.get<ApiKeyBody>(path));
    expect(seen).toMatchObject({ id: key.apiKey.id, permissions: READ, lastUseTime: expect.any(String) });
    const { apiKeys } = succeeded(await asOwner.get<{ apiKeys: ApiKeyBody[] }>('/v1/apiKeys'));
    expect(apiKeys.map(({ id }) => id)).toContain(key.apiKey.id);
    expect(JSON.stringify([seen, apiKeys])).not.toContain(key.secret.slice(31));
  });

  it('is made by a browser as well as by an app', async () => {
    const browser = await signInAs(second, owner);
    const made = await makeApiKey(withSession(second, browser), { permissions: READ });
    await isGood(made.secret);
    succeeded(await withSession(first, browser).delete(`/v1/apiKeys/${made.apiKey.id}`));
    await isRefused(made.secret);
  });

  it('may do what it was made for and no more', async () => {
    const asKey = withApiKey(second, key.secret);
    expect(await asKey.post('/v1/resources', { title: 'x' })).toMatchObject({
      status: 403,
      body: { reason: 'PERMISSION_MISSING', metadata: { permission: 'resources:write' } },
    });
    const more = { displayName: 'more', permissions: READ };
    const notAdmitted = { status: 403, body: { reason: 'CREDENTIAL_NOT_ADMITTED' } };
    expect(await asKey.post('/v1/apiKeys', more)).toMatchObject(notAdmitted);
    expect(await asKey.get('/v1/sessions')).toMatchObject(notAdmitted);
    const change = { currentPassword: owner.password, newPassword: `long enough ${key.apiKey.id}` };
    expect(await asKey.post('/v1/accounts/me:changePassword', change)).toMatchObject(notAdmitted);
  });

  it('that is mistyped by one character is refused', async () => {
    const { secret } = key;
    for (const at of [0, 8, 20, secret.length - 1]) {
      const other = secret[at] === 'x' ? 'y' : 'x';
      const mistyped = secret.slice(0, at) + other + secret.slice(at + 1);
      expect(await read(first, mistyped)).toMatchObject(REFUSED);
    }
    await isGood(secret);
  });

  it('counts in its header alone', async () => {
    const { secret } = key;
    for (const name of ['x-api-key', 'apiKey', 'api_key', 'access_token']) {
      expect(await first.get(`/v1/accounts/me?${name}=${secret}`)).toMatchObject(REFUSED);
    }
    expect(await first.as(secret).get('/v1/accounts/me')).toMatchObject(REFUSED);
    const inCookie = first.showing({ kind: 'session', secret });
    expect(await inCookie.get('/v1/accounts/me')).toMatchObject(REFUSED);
  });

  it('that is revoked is refused at both gateways, and revoking it again is no error', async () => {
    await isGood(key.secret);
    succeeded(await asOwner.delete(`/v1/apiKeys/${key.apiKey.id}`));
    await isRefused(key.secret);
  });

  it('is nobody else’s to see, to rotate or to revoke', async () => {
    const asOther = second.as((await newPerson(second, 'Otto')).accessToken);
    const path = `/v1/apiKeys/${key.apiKey.id}`;
    const unknown = { status: 404, body: { reason: 'API_KEY_UNKNOWN' } };
    expect(await asOther.get(path)).toMatchObject(unknown);
    expect(await asOther.post(`${path}:rotate`, {})).toMatchObject(unknown);
    await asOther.delete(path);
    await isGood(key.secret);
  });
});

describe('a key', () => {
  it('cannot be made to do more than its maker', async () => {
    const body = { displayName: 'greedy', permissions: ['resources:read', 'resources:delete'] };
    expect(await asOwner.post('/v1/apiKeys', body)).toMatchObject({
      status: 403,
      body: { reason: 'PERMISSION_NOT_HELD' },
    });
  });

  it.each([
    ['a lifetime of less than a minute', { lifetime: '59s' }],
    ['a lifetime of more than a year', { lifetime: '31536001s' }],
    ['a permission that there is not', { permissions: ['resources:fly'] }],
    ['no permission', { permissions: [] }],
    ['an address that is no block', { allowedAddresses: ['127.0.0.1'] }],
    ['a block with host bits', { allowedAddresses: ['203.0.113.1/24'] }],
  ])('cannot be made with %s', async (_what, terms) => {
    const body = { displayName: 'unsound', permissions: READ, ...terms };
    expect(await asOwner.post('/v1/apiKeys', body)).toMatchObject({
      status: 400,
      body: { reason: 'FIELD_INVALID' },
    });
  });

  it('is good from its addresses alone', async () => {
    const near = { permissions: READ, allowedAddresses: ['203.0.113.0/24', `${system.clientAddress}/32`] };
    const far = { permissions: READ, allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] };
    await isGood((await makeApiKey(asOwner, near)).secret);
    const { secret } = await makeApiKey(asOwner, far);
    await isRefused(secret);
    const forged = {
      'x-forwarded-for': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      'x-client-address': '203.0.113.7',
    };
    const answer = await withApiKey(first, secret).request('GET', '/v1/resources', undefined, forged);
    expect(answer).toMatchObject(REFUSED);
  });

  it('is rotated without a moment in which neither is good', async () => {
    const old = await makeApiKey(asOwner, { permissions: READ });
    const path = `/v1/apiKeys/${old.apiKey.id}`;
    const next = succeeded(await asOwner.post<MadeApiKey>(`${path}:rotate`, { overlap: '300s' }));
    expect(next.apiKey).toMatchObject({ displayName: old.apiKey.displayName, permissions: READ });
    await isGood(old.secret);
    await isGood(next.secret);
    expect(succeeded(await asOwner.get(path))).toMatchObject({ successorId: next.apiKey.id });
    expect(await asOwner.post(`${path}:rotate`, {})).toMatchObject({
      status: 400,
      body: { reason: 'API_KEY_ROTATED' },
    });

    const nextPath = `/v1/apiKeys/${next.apiKey.id}`;
    const last = succeeded(await asOwner.post<MadeApiKey>(`${nextPath}:rotate`, { overlap: '0s' }));
    await isRefused(next.secret);
    await isGood(last.secret);
  });

  it('shrinks with the roles of its owner', async () => {
    const editor = await withRole(first, admin, await newPerson(first, 'Dora'), 'editor');
    const permissions = [...READ, 'resources:write'];
    const { secret } = await makeApiKey(first.as(editor.accessToken), { permissions });
    const write = (rest: RestClient) => withApiKey(rest, secret).post('/v1/resources', { title: 'by key' });
    for (const rest of gateways) expect((await write(rest)).status).toBe(200);
    const withdraw = `/v1/accounts/${editor.subject}/roles:withdraw`;
    succeeded(await first.as(admin.accessToken).post(withdraw, { role: 'editor' }));
    for (const rest of gateways) {
      await eventually(async () =>
        expect(await write(rest)).toMatchObject({
          status: 403,
          body: { reason: 'PERMISSION_MISSING', metadata: { permission: 'resources:write' } },
        }),
      );
    }
    await isGood(secret);
  });

  it('ends with the account that it belongs to', async () => {
    const person = await newPerson(first, 'Gus');
    const { secret } = await makeApiKey(first.as(person.accessToken), { permissions: READ });
    await isGood(secret);
    succeeded(await second.as(admin.accessToken).post(`/v1/accounts/${person.subject}:suspend`, {}));
    await isRefused(secret);
  });
});
