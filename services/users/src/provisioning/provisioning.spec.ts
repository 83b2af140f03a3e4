import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EMPTY, runningUsers, type RunningUsers } from '../spec/running-users.js';

let running: RunningUsers;
beforeAll(async () => {
  running = await runningUsers();
});
afterAll(() => running.close());

const account = (id: string = randomUUID()) => ({
  id,
  email: `${id}@gatehouse.test`,
  displayName: 'Ann',
  createTime: new Date('2026-01-02T03:04:05.678Z'),
});
const provision = (request: ReturnType<typeof account>, caller = running.auths) =>
  running.call(running.provisionUser, request, caller);
const erase = (id: string, caller = running.auths) => running.call(running.eraseUser, { id }, caller);
const rows = (id: string) => running.database.sql`select * from person where id = ${id}`;

const empty = { email: '', display_name: '', bio: '', erase_time: expect.any(Date) };

describe('ProvisionUser', () => {
  it('adds a person, once however often it arrives', async () => {
    const ann = account();
    await Promise.all(Array.from({ length: 20 }, () => provision(ann)));
    const { user } = await running.call(running.getUser, { id: ann.id }, running.user('users:admin'));
    expect(user).toMatchObject(ann);
  });

  it('leaves alone what the person changed since', async () => {
    const ann = account();
    await provision(ann);
    const self = { subject: ann.id, accessToken: running.issuer.userToken(ann.id) };
    const user = { ...EMPTY, displayName: 'Anna' };
    await running.call(running.updateProfile, { user, updateMask: ['display_name'] }, self);
    await provision(ann);
    expect((await running.call(running.getProfile, {}, self)).user).toMatchObject({ displayName: 'Anna' });
  });

  it.each([
    ['a missing time', { createTime: undefined }],
    ['an id that is none', { id: 'ann' }],
    ['an empty name', { displayName: '' }],
    ['an empty address', { email: '' }],
  ])('refuses %s', async (_case, fault) => {
    const request = { ...account(), ...fault } as ReturnType<typeof account>;
    await expect(provision(request)).rejects.toMatchObject({ code: 3, reason: 'FIELD_INVALID' });
  });
});

describe('EraseUser', () => {
  it('leaves nothing of a person, and again', async () => {
    const ann = account();
    await provision(ann);
    await erase(ann.id);
    await erase(ann.id);
    expect(await rows(ann.id)).toMatchObject([empty]);
  });

  it('keeps an erased person erased, whatever arrives later', async () => {
    const ann = account();
    await erase(ann.id);
    await provision(ann);
    expect(await rows(ann.id)).toMatchObject([empty]);
  });

  it('wins over a provisioning that arrives at the same time', async () => {
    const people = Array.from({ length: 40 }, () => account());
    await Promise.all(people.flatMap((ann) => [provision(ann), erase(ann.id), provision(ann)]));
    for (const { id } of people) expect(await rows(id)).toMatchObject([empty]);
  });
});

describe('callers', () => {
  it.each([
    [
      'a user with every permission',
      () => running.user('users:provision', 'users:admin'),
      'CALLER_NOT_ADMITTED',
    ],
    [
      'a service without the permission',
      () => ({ subject: 'auth', accessToken: running.issuer.serviceToken('auth', 'users') }),
      'PERMISSION_MISSING',
    ],
  ])('admit no %s', async (_case, caller, reason) => {
    await expect(provision(account(), caller())).rejects.toMatchObject({ code: 7, reason });
    await expect(erase(randomUUID(), caller())).rejects.toMatchObject({ code: 7, reason });
  });

  it('admit no service with an access token for another one', async () => {
    const other = running.issuer.serviceToken('auth', 'resources', ['users:provision']);
    const refusal = { code: 16, reason: 'UNAUTHENTICATED' };
    await expect(erase(randomUUID(), { subject: 'auth', accessToken: other })).rejects.toMatchObject(refusal);
  });
});
