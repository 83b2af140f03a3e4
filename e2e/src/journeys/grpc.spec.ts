import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Resource, ShareRole, Visibility } from '@gatehouse/contracts/resources';
import type { TokenSet } from '@gatehouse/contracts/auth';
import { eventually } from '@gatehouse/testing';
import { decodePayload } from '../client/access-token.js';
import { call, GrpcClients } from '../client/grpc-clients.js';
import { OK, outcomeOf } from '../client/outcome.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const system = sharedSystem();
const grpc = new GrpcClients(system.addresses);
const PERMISSION_MISSING = { code: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING' };

/** Steps of one story: each goes on from where the one before it ended. */
describe('from a registration to a deletion, with generated clients', () => {
  const email = `${randomUUID()}@example.com`;
  const password = `long enough ${randomUUID()}`;
  let admin: { accessToken: string };
  let subject: string;
  let signedIn: TokenSet;
  let resource: Resource;

  const logIn = async () => {
    const { tokens } = await call(grpc.tokens, grpc.tokens.login, { email, password });
    if (!tokens) throw new Error('a login without tokens');
    return tokens;
  };

  beforeAll(async () => {
    admin = await signInDemo(system, 'admin');
  });
  afterAll(() => grpc.close());

  it('someone registers, and the directory has their profile on every replica', async () => {
    const displayName = 'Grace';
    const { account } = await call(grpc.accounts, grpc.accounts.register, { email, password, displayName });
    subject = account?.id ?? '';
    expect(account).toMatchObject({ email, roles: ['user'] });
    signedIn = await logIn();
    for (const replica of system.addresses.users.keys()) {
      const users = grpc.users(replica);
      const { user } = await eventually(() => call(users, users.getProfile, {}, signedIn.accessToken));
      expect(user).toMatchObject({ id: subject, displayName, email });
    }
  });

  it('one access token is good on every replica', async () => {
    expect(system.addresses.resources.length).toBeGreaterThan(1);
    for (const replica of system.addresses.resources.keys()) {
      const resources = grpc.resources(replica);
      const list = call(
        resources,
        resources.listResources,
        { pageSize: 1, pageToken: '', filter: undefined, orderBy: '' },
        signedIn.accessToken,
      );
      expect(await outcomeOf(list)).toEqual(OK);
    }
  });

  it('a user is refused to create and to delete, on every replica', async () => {
    for (const replica of system.addresses.resources.keys()) {
      const resources = grpc.resources(replica);
      const request = { id: randomUUID(), etag: '' };
      const remove = call(resources, resources.deleteResource, request, signedIn.accessToken);
      expect(await outcomeOf(remove)).toEqual(PERMISSION_MISSING);
    }
  });

  it('an admin grants a role, and the next login has its permissions', async () => {
    const request = { subject, role: 'editor' };
    const granted = await call(grpc.roles, grpc.roles.grantRole, request, admin.accessToken);
    expect(granted.roles).toEqual(['editor', 'user']);
    signedIn = await logIn();
    expect(signedIn.scope).toBe('resources:read resources:write');
    expect(decodePayload(signedIn.accessToken)['scope']).toBe(signedIn.scope);
  });

  it('what one replica creates and updates, the other one knows', async () => {
    const [first, second] = [grpc.resources(0), grpc.resources(1)];
    const wanted = Resource.fromPartial({ title: 'Minutes', visibility: Visibility.INTERNAL });
    const created = await call(
      first,
      first.createResource,
      { resource: wanted, requestId: randomUUID() },
      signedIn.accessToken,
    );
    resource = created.resource as Resource;
    expect(resource).toMatchObject({ owner: subject, title: 'Minutes', visibility: Visibility.INTERNAL });

    const update = (content: string) =>
      call(
        second,
        second.updateResource,
        { resource: { ...resource, content }, updateMask: ['content'] },
        signedIn.accessToken,
      );
    const updated = await update('All agreed.');
    expect(await outcomeOf(update('Nobody agreed.'))).toEqual({ code: 'ABORTED', reason: 'ETAG_MISMATCH' });
    const read = await call(first, first.getResource, { id: resource.id }, signedIn.accessToken);
    expect(read.resource).toEqual(updated.resource);
    expect(read.resource?.content).toBe('All agreed.');
  });

  it('an unsound request is refused with its fields before anything is done', async () => {
    const resources = grpc.resources();
    const request = { resource: Resource.fromPartial({ title: 'x'.repeat(201) }), requestId: '' };
    const create = call(resources, resources.createResource, request, signedIn.accessToken);
    await expect(create).rejects.toMatchObject({
      reason: 'FIELD_INVALID',
      violations: [expect.objectContaining({ field: 'resource.title' })],
    });
  });

  it('a share made on one replica counts on the other', async () => {
    const reader = await signInDemo(system, 'user');
    const { sub } = decodePayload(reader.accessToken);
    const share = { resourceId: resource.id, subject: String(sub), role: ShareRole.VIEWER };
    const [first, second] = [grpc.shares(0), grpc.resources(1)];
    await call(first, first.shareResource, share, signedIn.accessToken);
    const filter = { owner: subject, visibility: Visibility.UNSPECIFIED, title: '', sharedWithMe: true };
    const request = { pageSize: 10, pageToken: '', filter, orderBy: '' };
    const { resources } = await call(second, second.listResources, request, reader.accessToken);
    expect(resources.map(({ id }) => id)).toEqual([resource.id]);
  });

  it('an admin deletes it, and it is gone on every replica', async () => {
    const resources = grpc.resources(1);
    const request = { id: resource.id, etag: '' };
    await call(resources, resources.deleteResource, request, admin.accessToken);
    for (const replica of system.addresses.resources.keys()) {
      const client = grpc.resources(replica);
      const read = call(client, client.getResource, { id: resource.id }, signedIn.accessToken);
      expect(await outcomeOf(read)).toEqual({ code: 'NOT_FOUND', reason: 'RESOURCE_UNKNOWN' });
    }
  });
});
