import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { randomUUID } from 'node:crypto';
import { CLIENT_SECRET } from '../spec/stub-auth.js';
import { runningUsers, type Caller, type RunningUsers } from '../spec/running-users.js';

let running: RunningUsers;
beforeAll(async () => {
  running = await runningUsers();
});
beforeEach(() => {
  running.auth.refusal = undefined;
  running.auth.erased.length = 0;
});
afterAll(() => running.close());

const remove = (id: string, caller: Caller) => running.call(running.deleteUser, { id }, caller);
const exists = (id: string) =>
  running.call(running.getUser, { id }, running.user()).then(
    () => true,
    (error: AppError) => error.reason !== 'USER_UNKNOWN',
  );

describe('DeleteUser', () => {
  it('lets people remove themselves, here and at auth', async () => {
    const ann = await running.person('Ann');
    await remove(ann.subject, ann);
    expect(await exists(ann.subject)).toBe(false);
    expect(running.auth.erased).toMatchObject([{ subject: ann.subject, requestedBy: ann.subject }]);
    const [row] = await running.database.sql`select * from person where id = ${ann.subject}`;
    expect(row).toMatchObject({ email: '', display_name: '', bio: '' });
  });

  it('lets an admin remove anyone, and says at whose word', async () => {
    const [ann, admin] = [await running.person('Ann'), running.user('users:admin')];
    await remove(ann.subject.toUpperCase(), admin);
    expect(await exists(ann.subject)).toBe(false);
    expect(running.auth.erased).toMatchObject([{ subject: ann.subject, requestedBy: admin.subject }]);
  });

  it('succeeds again, and before the profile has arrived', async () => {
    const ann = await running.person('Ann');
    await remove(ann.subject, ann);
    await remove(ann.subject, ann);
    const bob = running.user();
    await remove(bob.subject, bob);
    const late = { id: bob.subject, email: 'b@gatehouse.test', displayName: 'Bob', createTime: new Date() };
    await running.call(running.provisionUser, late, running.auths);
    expect(await exists(bob.subject)).toBe(false);
  });

  it('refuses everyone else, whether or not the person exists', async () => {
    const [ann, bob] = [await running.person('Ann'), running.user('resources:admin', 'resources:delete')];
    const refusal = { code: 7, reason: 'PERMISSION_MISSING', metadata: { permission: 'users:admin' } };
    await expect(remove(ann.subject, bob)).rejects.toMatchObject(refusal);
    await expect(remove(randomUUID(), bob)).rejects.toMatchObject(refusal);
    expect(await exists(ann.subject)).toBe(true);
    expect(running.auth.erased).toEqual([]);
  });

  it.each([
    ['an API key, whatever it may do', { credential: 'api_key' }, 'CREDENTIAL_NOT_ADMITTED'],
    ['a sign-in of long ago', { auth_time: Math.floor(Date.now() / 1_000) - 901 }, 'SIGN_IN_TOO_OLD'],
  ])('takes more than %s', async (_, claims, reason) => {
    const { subject } = await running.person('Ann');
    for (const permissions of [[], ['users:admin']]) {
      const accessToken = running.issuer.userToken(subject, permissions, claims);
      await expect(remove(subject, { subject, accessToken })).rejects.toMatchObject({ reason });
    }
    expect(await exists(subject)).toBe(true);
    expect(running.auth.erased).toEqual([]);
  });

  it("passes on auth's refusal and keeps the person", async () => {
    const admin = await running.person('Ann', 'users:admin');
    running.auth.refusal = new AppError({
      code: 9,
      reason: 'LAST_ADMIN',
      domain: 'auth.gatehouse.dev',
      message: '',
    });
    const refusal = { code: 9, reason: 'LAST_ADMIN', domain: 'auth.gatehouse.dev' };
    await expect(remove(admin.subject, admin)).rejects.toMatchObject(refusal);
    expect(await exists(admin.subject)).toBe(true);
  });

  it.each([
    [7, 'PERMISSION_MISSING', 13, 'INTERNAL'],
    [16, 'UNAUTHENTICATED', 14, 'PEER_UNAVAILABLE'],
    [14, 'DATABASE_UNAVAILABLE', 14, 'PEER_UNAVAILABLE'],
    [13, 'INTERNAL', 13, 'INTERNAL'],
  ])('does not blame the caller for a %d / %s of auth', async (code, reason, shownCode, shownReason) => {
    const ann = await running.person('Ann');
    running.auth.refusal = new AppError({ code, reason, message: '' });
    await expect(remove(ann.subject, ann)).rejects.toMatchObject({ code: shownCode, reason: shownReason });
    expect(await exists(ann.subject)).toBe(true);
  });

  it('asks auth in its own name, with one access token for many calls', async () => {
    running.auth.issued.length = 0;
    const people = await Promise.all(Array.from({ length: 10 }, (_, i) => running.person(`Person ${i}`)));
    await Promise.all(people.map((person) => remove(person.subject, person)));
    expect(running.auth.issued.length).toBeLessThanOrEqual(1);
    const presented = new Set(running.auth.erased.map(({ authorization }) => authorization));
    expect([...presented]).toEqual([expect.stringMatching(/^Bearer issued-\d+$/)]);
    for (const { accessToken } of people) expect(presented).not.toContain(`Bearer ${accessToken}`);
  });

  it('gets a new access token when auth refuses the one it has', async () => {
    const [ann, bob] = [await running.person('Ann'), await running.person('Bob')];
    await remove(ann.subject, ann);
    const [first] = running.auth.erased;
    running.auth.revoked.add(String(first!.authorization).replace('Bearer ', ''));
    await remove(bob.subject, bob);
    expect(running.auth.erased.at(-1)).toMatchObject({ subject: bob.subject });
    const issued = { clientId: 'users', clientSecret: CLIENT_SECRET, audience: 'auth' };
    expect(running.auth.issued.at(-1)).toMatchObject(issued);
    expect(await exists(bob.subject)).toBe(false);
  });
});
