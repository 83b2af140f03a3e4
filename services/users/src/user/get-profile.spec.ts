import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runningUsers, type Caller, type RunningUsers } from '../spec/running-users.js';

let running: RunningUsers;
beforeAll(async () => {
  running = await runningUsers();
});
afterAll(() => running.close());

const get = async (caller?: Caller) => (await running.call(running.getProfile, {}, caller)).user!;

describe('GetProfile', () => {
  it('returns what auth told of a new account', async () => {
    const ann = await running.person('Ann');
    expect(await get(ann)).toMatchObject({ id: ann.subject, displayName: 'Ann', email: ann.email, bio: '' });
  });

  it('says that the profile is not there yet', async () => {
    await expect(get(running.user())).rejects.toMatchObject({ code: 5, reason: 'PROFILE_PENDING' });
  });

  it('is not for services', async () => {
    const refusal = { code: 7, reason: 'CALLER_NOT_ADMITTED' };
    await expect(get(running.auths)).rejects.toMatchObject(refusal);
  });

  it('turns away a subject that no row can have', async () => {
    const odd = { subject: 'alice', accessToken: running.issuer.userToken('alice') };
    await expect(get(odd)).rejects.toMatchObject({ code: 7, reason: 'CALLER_NOT_ADMITTED' });
  });

  it('asks who is calling', async () => {
    await expect(get()).rejects.toMatchObject({ code: 16, reason: 'UNAUTHENTICATED' });
    const foreign = {
      subject: '',
      accessToken: running.issuer.userToken(running.user().subject, [], { aud: 'other' }),
    };
    await expect(get(foreign)).rejects.toMatchObject({ code: 16, reason: 'UNAUTHENTICATED' });
  });
});
