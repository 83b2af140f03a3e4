import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EMPTY, runningUsers, type Caller, type RunningUsers } from '../spec/running-users.js';

let running: RunningUsers;
beforeAll(async () => {
  running = await runningUsers();
});
afterAll(() => running.close());

const get = async (caller: Caller) => (await running.call(running.getProfile, {}, caller)).user!;
const update = async (caller: Caller, fields: Partial<typeof EMPTY>, updateMask?: string[]) =>
  (await running.call(running.updateProfile, { user: { ...EMPTY, ...fields }, updateMask }, caller)).user!;

describe('UpdateProfile', () => {
  it('changes the fields of the mask and no others', async () => {
    const ann = await running.person('Ann');
    const before = await get(ann);
    const after = await update(ann, { displayName: 'Anna', bio: 'ignored' }, ['display_name']);
    expect(after).toMatchObject({ displayName: 'Anna', bio: '' });
    expect(after.etag).not.toBe(before.etag);
    expect(after.updateTime!.getTime()).toBeGreaterThanOrEqual(before.updateTime!.getTime());
    expect(await get(ann)).toEqual(after);
  });

  it('takes more than an API key, whatever it may do', async () => {
    const { subject } = await running.person('Ann');
    const accessToken = running.issuer.userToken(subject, ['users:admin'], { credential: 'api_key' });
    await expect(update({ subject, accessToken }, { bio: 'Hello' })).rejects.toMatchObject({
      reason: 'CREDENTIAL_NOT_ADMITTED',
    });
  });

  it('changes the fields that are set when there is no mask', async () => {
    const ann = await running.person('Ann');
    expect(await update(ann, { bio: 'Hello' })).toMatchObject({ displayName: 'Ann', bio: 'Hello' });
  });

  it('replaces all for *', async () => {
    const ann = await running.person('Ann');
    await update(ann, { bio: 'Hello' });
    expect(await update(ann, { displayName: 'Anna' }, ['*'])).toMatchObject({ displayName: 'Anna', bio: '' });
  });

  it.each([
    ['a mask with another field', { displayName: 'X' }, ['display_name', 'nickname'], 'FIELD_MASK_INVALID'],
    ['nothing to change', {}, undefined, 'FIELD_MASK_INVALID'],
    ['an empty name', {}, ['display_name'], 'FIELD_INVALID'],
    ['a blank name', { displayName: ' \t ' }, undefined, 'FIELD_INVALID'],
    ['a name that is too long', { displayName: 'x'.repeat(101) }, undefined, 'FIELD_INVALID'],
    ['a NUL', { bio: 'a\0b' }, undefined, 'FIELD_INVALID'],
  ])('refuses %s', async (_case, fields, mask, reason) => {
    const ann = await running.person('Ann');
    await expect(update(ann, fields, mask)).rejects.toMatchObject({ code: 3, reason });
    expect(await get(ann)).toMatchObject({ displayName: 'Ann', bio: '' });
  });

  it('refuses a request without a user', async () => {
    const request = { user: undefined, updateMask: ['*'] };
    const refusal = { code: 3, reason: 'FIELD_INVALID' };
    await expect(running.call(running.updateProfile, request, running.user())).rejects.toMatchObject(refusal);
  });

  it('refuses an etag that is not the current one', async () => {
    const ann = await running.person('Ann');
    const { etag } = await get(ann);
    await update(ann, { bio: 'first', etag });
    for (const stale of [etag, 'x', "' or '1'='1", '"1"']) {
      const late = update(ann, { bio: 'second', etag: stale });
      await expect(late).rejects.toMatchObject({ code: 10, reason: 'ETAG_MISMATCH' });
    }
    expect(await get(ann)).toMatchObject({ bio: 'first' });
  });

  it('lets one of many updates with the same etag win', async () => {
    const ann = await running.person('Ann');
    const { etag } = await get(ann);
    const race = Array.from({ length: 20 }, (_, i) => update(ann, { bio: `bio ${i}`, etag }));
    const outcomes = await Promise.allSettled(race);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('ignores what only the service sets', async () => {
    const [ann, bob] = [await running.person('Ann'), await running.person('Bob')];
    const forged = {
      id: bob.subject,
      email: 'other@gatehouse.test',
      createTime: new Date(0),
      updateTime: new Date(0),
    };
    const before = await get(ann);
    const outputOnly = ['id', 'email', 'create_time', 'update_time'];
    expect(await update(ann, { ...forged, bio: 'mine' }, outputOnly)).toEqual(before);
    const after = await update(ann, { ...forged, bio: 'mine' }, [...outputOnly, 'bio']);
    expect(after).toMatchObject({ id: ann.subject, email: ann.email, bio: 'mine' });
    expect(after.createTime).not.toEqual(new Date(0));
    expect(await get(bob)).toMatchObject({ id: bob.subject, bio: '', email: bob.email });
  });

  it('has nothing to change before the profile is there', async () => {
    const refusal = { code: 5, reason: 'PROFILE_PENDING' };
    await expect(update(running.user(), { bio: 'x' })).rejects.toMatchObject(refusal);
  });

  it('stores texts as they are', async () => {
    const ann = await running.person('Ann');
    for (const text of [
      "'; drop table person; --",
      '${1}',
      '\\',
      '%_',
      '𝕬 \u0301 \u202e',
      '{"a":[1]}',
      "$$;'",
    ]) {
      expect(await update(ann, { displayName: text, bio: text })).toMatchObject({
        displayName: text,
        bio: text,
      });
    }
  });
});
