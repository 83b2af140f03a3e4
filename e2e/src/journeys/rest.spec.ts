import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeHeader, decodePayload } from '../client/access-token.js';
import { newPerson, profileOf, withRole, type Person } from '../client/person.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

interface ResourceBody {
  readonly id: string;
  readonly owner: string;
  readonly title: string;
  readonly content: string;
  readonly etag: string;
}

const system = sharedSystem();
const rest = new RestClient(system.addresses.gateway);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Steps of one story: each goes on from where the one before it ended. */
describe('from a registration to a deletion, over REST', () => {
  let admin: { accessToken: string };
  let nora: Person;
  let oscar: Person;
  let resource: ResourceBody;

  beforeAll(async () => {
    admin = await signInDemo(system, 'admin');
  });

  it('someone registers and the directory has their profile', async () => {
    nora = await newPerson(rest, 'Nora');
    oscar = await newPerson(rest, 'Oscar');
    expect(await profileOf(rest, nora)).toMatchObject({
      id: nora.subject,
      displayName: 'Nora',
      email: nora.email,
    });
    await profileOf(rest, oscar);
  });

  it('the access token is as RFC 9068 says, and says nothing of the person', () => {
    const header = decodeHeader(nora.accessToken);
    const claims = decodePayload(nora.accessToken);
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(claims).toEqual({
      iss: system.issuer,
      aud: system.apiAudience,
      sub: nora.subject,
      client_id: expect.any(String),
      sid: expect.stringMatching(UUID),
      jti: expect.stringMatching(UUID),
      iat: expect.any(Number),
      exp: Number(claims['iat']) + 300,
      scope: 'resources:read',
      credential: 'token_family',
      auth_time: expect.any(Number),
    });
    expect(Number(claims['auth_time'])).toBeLessThanOrEqual(Number(claims['iat']));
    expect(JSON.stringify(claims)).not.toMatch(/nora|example\.com/i);
  });

  it('the key set at the well-known path lists the key of its signature', async () => {
    const answer = await rest.get<{ keys: { kid: string; d?: string }[] }>('/.well-known/jwks.json');
    const { keys } = succeeded(answer);
    expect(keys.map(({ kid }) => kid)).toContain(decodeHeader(nora.accessToken)['kid']);
    expect(keys.some((key) => 'd' in key)).toBe(false);
  });

  it('a user reads, and is refused to create and to delete', async () => {
    const asNora = rest.as(nora.accessToken);
    expect((await asNora.get('/v1/resources')).status).toBe(200);
    const missing = (permission: string) => ({
      status: 403,
      body: { code: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING', metadata: { permission } },
    });
    expect(await asNora.post('/v1/resources', { title: 'x' })).toMatchObject(missing('resources:write'));
    expect(await asNora.delete(`/v1/resources/${randomUUID()}`)).toMatchObject(missing('resources:delete'));
  });

  it('refuses to tell why a credential is bad', async () => {
    const bodies = await Promise.all(
      [undefined, 'nonsense', `${nora.accessToken.slice(0, -4)}AAAA`].map(async (accessToken) => {
        const { status, headers, body } = await rest.as(accessToken).get('/v1/resources');
        expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
        return { status, body: { ...body, request_id: undefined } };
      }),
    );
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ status: 401, body: { reason: 'UNAUTHENTICATED' } });
  });

  it('an admin grants a role, and the next login has its permissions', async () => {
    const before = nora.accessToken;
    nora = await withRole(rest, admin, nora, 'editor');
    expect(decodePayload(nora.accessToken)['scope']).toBe('resources:read resources:write');
    expect((await rest.as(before).post('/v1/resources', { title: 'x' })).status).toBe(403);
  });

  it('an editor creates, once for each request ID', async () => {
    const path = `/v1/resources?requestId=${randomUUID()}`;
    const create = () => rest.as(nora.accessToken).post<ResourceBody>(path, { title: 'Plans' });
    const [first, second] = await Promise.all([create(), create()]);
    resource = succeeded(first);
    expect(resource).toMatchObject({ owner: nora.subject, title: 'Plans' });
    expect(succeeded(second)).toEqual(resource);
  });

  it('an update based on an old version is refused', async () => {
    const path = `/v1/resources/${resource.id}?updateMask=title`;
    const update = (title: string, etag: string) =>
      rest.as(nora.accessToken).patch<ResourceBody>(path, { title, etag });
    const changed = succeeded(await update('Better plans', resource.etag));
    expect(changed).toMatchObject({ id: resource.id, title: 'Better plans' });
    expect(changed.etag).not.toBe(resource.etag);
    expect(await update('Other plans', resource.etag)).toMatchObject({
      status: 409,
      body: { code: 'ABORTED', reason: 'ETAG_MISMATCH' },
    });
    resource = changed;
  });

  it('a private resource is nobody else’s to see until it is shared', async () => {
    const path = `/v1/resources/${resource.id}`;
    const asOscar = () => rest.as(oscar.accessToken).get<ResourceBody>(path);
    const unknown = { status: 404, body: { reason: 'RESOURCE_UNKNOWN' } };
    expect(await asOscar()).toMatchObject(unknown);

    const asNora = rest.as(nora.accessToken);
    const viewer = { subject: oscar.subject, role: 'SHARE_ROLE_VIEWER' };
    expect(succeeded(await asNora.post(`${path}:share`, viewer))).toMatchObject(viewer);
    expect(succeeded(await asOscar())).toMatchObject({ title: 'Better plans' });

    succeeded(await asNora.post(`${path}:unshare`, { subject: oscar.subject }));
    expect(await asOscar()).toMatchObject(unknown);
  });

  it('a viewer may not edit; an editor’s share with an editor’s role may', async () => {
    const path = `/v1/resources/${resource.id}`;
    const asNora = rest.as(nora.accessToken);
    const share = (role: string) => asNora.post(`${path}:share`, { subject: oscar.subject, role });
    oscar = await withRole(rest, admin, oscar, 'editor');
    const edit = () => rest.as(oscar.accessToken).patch<ResourceBody>(path, { content: 'by Oscar' });

    succeeded(await share('SHARE_ROLE_VIEWER'));
    expect(await edit()).toMatchObject({ status: 403, body: { reason: 'RESOURCE_NOT_EDITABLE' } });
    succeeded(await share('SHARE_ROLE_EDITOR'));
    expect(succeeded(await edit())).toMatchObject({ content: 'by Oscar', owner: nora.subject });
    const shares = succeeded(await rest.as(oscar.accessToken).get(`${path}/shares`));
    expect(shares).toMatchObject({ shares: [{ subject: oscar.subject, role: 'SHARE_ROLE_EDITOR' }] });
  });

  it('an admin deletes it, and it is gone for everyone', async () => {
    const path = `/v1/resources/${resource.id}`;
    succeeded(await rest.as(admin.accessToken).delete(path));
    for (const accessToken of [nora.accessToken, admin.accessToken]) {
      expect(await rest.as(accessToken).get(path)).toMatchObject({
        status: 404,
        body: { reason: 'RESOURCE_UNKNOWN' },
      });
    }
  });

  it('the documentation says what it takes', async () => {
    const document = succeeded(await rest.get<{ paths: Record<string, object> }>('/openapi.json'));
    const permissions = ['resources:delete'];
    expect(document.paths['/v1/resources/{id}']).toMatchObject({
      delete: {
        security: ['accessToken', 'session', 'apiKey', 'oauth'].map((scheme) => ({ [scheme]: permissions })),
      },
    });
  });
});
