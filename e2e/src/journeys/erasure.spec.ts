import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { decodePayload } from '../client/access-token.js';
import { PATIENCE_MS } from '../client/patience.js';
import { newPerson, profileOf, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const rest = new RestClient(system.addresses.gateway);

let admin: { accessToken: string };
let owner: Person;
let friend: Person;

beforeAll(async () => {
  admin = await signInDemo(system, 'admin');
});

/** An editor with a resource that a friend may see, and a share of the friend's. */
async function settle(): Promise<{ theirs: string; friends: string }> {
  [owner, friend] = (await Promise.all(
    ['Theo', 'Fay'].map(async (name) => withRole(rest, admin, await newPerson(rest, name), 'editor')),
  )) as [Person, Person];
  await profileOf(rest, owner);
  const make = async (maker: Person, sharedWith: Person) => {
    const asMaker = rest.as(maker.accessToken);
    const { id } = succeeded(await asMaker.post<{ id: string }>('/v1/resources', { title: 'Letters' }));
    const share = { subject: sharedWith.subject, role: 'SHARE_ROLE_VIEWER' };
    succeeded(await asMaker.post(`/v1/resources/${id}:share`, share));
    return id;
  };
  return { theirs: await make(owner, friend), friends: await make(friend, owner) };
}

describe.each(['oneself', 'someone, as an admin,'] as const)('to delete %s', (who) => {
  it('erases the person from every service', async () => {
    const { theirs, friends } = await settle();
    const by = who === 'oneself' ? owner : admin;
    succeeded(await rest.as(by.accessToken).delete(`/v1/users/${owner.subject}`));

    const asFriend = rest.as(friend.accessToken);
    const gone = { status: 404, body: { reason: 'USER_UNKNOWN' } };
    expect(await asFriend.get(`/v1/users/${owner.subject}`)).toMatchObject(gone);
    const { email, password } = owner;
    expect(await rest.post('/v1/auth/login', { email, password })).toMatchObject({
      status: 401,
      body: { reason: 'CREDENTIALS_INVALID' },
    });
    expect(await rest.post('/v1/auth/refresh', { refreshToken: owner.refreshToken })).toMatchObject({
      status: 401,
      body: { reason: 'REFRESH_TOKEN_INVALID' },
    });
    await eventually(async () => {
      const asAdmin = rest.as(admin.accessToken);
      expect(await asAdmin.get(`/v1/resources/${theirs}`)).toMatchObject({
        status: 404,
        body: { reason: 'RESOURCE_UNKNOWN' },
      });
      const { shares } = succeeded(
        await asFriend.get<{ shares?: object[] }>(`/v1/resources/${friends}/shares`),
      );
      expect(shares ?? []).toEqual([]);
    }, PATIENCE_MS);
  });

  it('frees the address for someone else, who inherits nothing', async () => {
    await settle();
    const by = who === 'oneself' ? owner : admin;
    succeeded(await rest.as(by.accessToken).delete(`/v1/users/${owner.subject}`));
    const { email, password, displayName } = owner;
    const account = await rest.post<{ id: string }>('/v1/accounts', { email, password, displayName });
    expect(succeeded(account).id).not.toBe(owner.subject);
  });
});

describe('the last admin', () => {
  const refused = { status: 400, body: { code: 'FAILED_PRECONDITION', reason: 'LAST_ADMIN' } };

  it('cannot be deleted, not even by themselves', async () => {
    const { sub } = decodePayload(admin.accessToken);
    expect(await rest.as(admin.accessToken).delete(`/v1/users/${String(sub)}`)).toMatchObject(refused);
    expect((await rest.as(admin.accessToken).get('/v1/users/me')).status).toBe(200);
  });

  it('cannot lose the role', async () => {
    const { sub } = decodePayload(admin.accessToken);
    const path = `/v1/accounts/${String(sub)}/roles:withdraw`;
    expect(await rest.as(admin.accessToken).post(path, { role: 'admin' })).toMatchObject(refused);
  });
});
