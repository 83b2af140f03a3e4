import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createGatehouseClient, type GatehouseClient } from '@gatehouse/client';
import { sharedSystem } from '../system/shared-system.js';

const system = sharedSystem();
const baseUrl = system.addresses.gateway;

/** A client that signs in by itself, as the generated types say how. */
async function signedIn(role: 'user' | 'editor'): Promise<GatehouseClient> {
  const account = system.accounts.find(({ roles }) => roles.at(-1) === role);
  if (!account) throw new Error(`no demo account is ${role}`);
  const { email, password } = account;
  const { data } = await createGatehouseClient({ baseUrl }).POST('/v1/auth/login', {
    body: { email, password },
  });
  return createGatehouseClient({ baseUrl, accessToken: () => data?.accessToken });
}

describe('with the generated client', () => {
  let editor: GatehouseClient;
  let user: GatehouseClient;

  beforeAll(async () => {
    editor = await signedIn('editor');
    user = await signedIn('user');
  });

  it('a resource is made once, read, changed on its tag and listed', async () => {
    const title = `Client ${randomUUID()}`;
    const query = { requestId: randomUUID() };
    const body = { title, content: 'x'.repeat(5_000), visibility: 'VISIBILITY_INTERNAL' } as const;
    const made = await editor.POST('/v1/resources', { body, params: { query } });
    const again = await editor.POST('/v1/resources', { body, params: { query } });
    const id = made.data?.id ?? '';
    expect(again.data?.id).toBe(id);

    // Long enough to travel compressed; its entity tag is good all the same.
    const read = await user.GET('/v1/resources/{id}', { params: { path: { id } } });
    expect(read.data).toMatchObject({ title, content: body.content });
    const tag = read.response.headers.get('etag') ?? '';
    const change = { title: `${title}, changed` };
    const options = { params: { path: { id } }, body: change, headers: { 'if-match': tag } };
    const changed = await editor.PATCH('/v1/resources/{id}', options);
    expect(changed.data).toMatchObject({ ...change, content: body.content });
    const stale = await editor.PATCH('/v1/resources/{id}', options);
    expect(stale.response.status).toBe(412);

    const listed = await user.GET('/v1/resources', { params: { query: { 'filter.title': change.title } } });
    expect(listed.data?.resources?.map((resource) => resource.id)).toContain(id);
  });

  it('a refusal is a problem of its own type', async () => {
    const path = { id: randomUUID() };
    const { data, error, response } = await user.DELETE('/v1/resources/{id}', { params: { path } });
    expect(data).toBeUndefined();
    expect(response.status).toBe(403);
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING' });
    expect(error?.metadata?.['permission']).toBe('resources:delete');
  });
});
