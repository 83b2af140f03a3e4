import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { runningUsers, type Caller, type RunningUsers } from '../spec/running-users.js';

let running: RunningUsers;
beforeAll(async () => {
  running = await runningUsers();
});
afterAll(() => running.close());

const get = async (id: string, caller: Caller) => (await running.call(running.getUser, { id }, caller)).user!;

describe('GetUser', () => {
  it('shows the address to the person and to admins, to nobody else', async () => {
    const ann = await running.person('Ann');
    expect(await get(ann.subject, ann)).toMatchObject({ displayName: 'Ann', email: ann.email });
    expect(await get(ann.subject, running.user('users:admin'))).toMatchObject({ email: ann.email });
    for (const scope of [[], ['resources:admin'], ['users:Admin'], ['users:admin2']]) {
      expect(await get(ann.subject, running.user(...scope))).toMatchObject({ displayName: 'Ann', email: '' });
    }
  });

  it('takes an id in any case', async () => {
    const ann = await running.person('Ann');
    expect(await get(ann.subject.toUpperCase(), ann)).toMatchObject({ id: ann.subject, email: ann.email });
  });

  it('knows nobody of an id that was never given', async () => {
    await expect(get(randomUUID(), running.user())).rejects.toMatchObject({
      code: 5,
      reason: 'USER_UNKNOWN',
    });
  });

  it('knows nobody who was erased', async () => {
    const ann = await running.person('Ann');
    await running.call(running.eraseUser, { id: ann.subject }, running.auths);
    const refusal = { code: 5, reason: 'USER_UNKNOWN' };
    await expect(get(ann.subject, running.user('users:admin'))).rejects.toMatchObject(refusal);
  });

  it.each(['', 'ann', "' or true --", '0'.repeat(36)])('refuses an id that is none: %j', async (id) => {
    await expect(get(id, running.user())).rejects.toMatchObject({ code: 3, reason: 'FIELD_INVALID' });
  });
});
