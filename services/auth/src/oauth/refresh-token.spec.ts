import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as openid from 'openid-client';
import { accountCalls } from '../spec/account-calls.js';
import { faultOf, oauthParty, postAs, signInAt, type OauthParty } from '../spec/oauth-party.js';
import { claimsOf, CLIENT_SECRET, PASSWORD, reasonOf } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let party: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  party = await oauthParty(auth, {}, replicas.nextPort);
});
afterAll(() => replicas.close());

const SCOPE = 'openid offline_access resources:read resources:write';

async function connected(...roles: string[]) {
  const person = await auth.signedIn(...roles);
  const tokens = await signInAt(party, replicas.newBrowser(), person, { scope: SCOPE, prompt: 'consent' });
  return { person, tokens, refreshToken: tokens.refresh_token! };
}

const refresh = (refreshToken: string) => openid.refreshTokenGrant(party.config, refreshToken);
const isLive = async (accountId: string) => {
  const rows = await auth.database.sql`
    select from oauth_grant where account_id = ${accountId} and ended_at is null`;
  return rows.length > 0;
};

describe('a refresh token', () => {
  it('is given to whoever was allowed to go on, and replaced each time', async () => {
    const { person, refreshToken, tokens } = await connected('editor');
    const next = await refresh(refreshToken);
    expect(next.refresh_token).not.toBe(refreshToken);
    const [before, after] = [claimsOf(tokens.access_token), claimsOf(next.access_token)];
    expect(after).toMatchObject({
      sub: person.id,
      sid: before['sid'],
      auth_time: before['auth_time'],
      scope: 'resources:read resources:write',
    });
    const less = await openid.refreshTokenGrant(party.config, next.refresh_token!, {
      scope: 'resources:read',
    });
    expect(claimsOf(less.access_token)['scope']).toBe('resources:read');
    const without = await signInAt(party, replicas.newBrowser(), person);
    expect(without.refresh_token).toBeUndefined();
  });

  it('that comes back ends the grant, with all that came of it since', async () => {
    const { person, refreshToken } = await connected();
    const next = await refresh(refreshToken);
    expect(await faultOf(refresh(refreshToken))).toBe('invalid_grant');
    expect(await isLive(person.id)).toBe(false);
    expect(await faultOf(refresh(next.refresh_token!))).toBe('invalid_grant');
    const [event] = await auth.database.sql<{ outcome: string }[]>`
      select outcome from audit_event where target = ${person.id} and action = 'EndGrant'`;
    expect(event).toEqual({ outcome: 'REFRESH_TOKEN_REUSED' });
  });

  it('is good for one of twenty who come with it at once, and then for nobody', async () => {
    const { person, refreshToken } = await connected();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(refreshToken)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(await isLive(person.id)).toBe(false);
  });

  it('is of no use to another client', async () => {
    const { refreshToken, person } = await connected();
    const other = await oauthParty(auth, {}, replicas.nextPort);
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const { status, body } = await postAs(other, replicas.nextPort(), '/oauth2/token', form);
    expect([status, body['error']]).toEqual([400, 'invalid_grant']);
    expect(await isLive(person.id)).toBe(true);
  });

  it('gives what the person holds at that moment', async () => {
    const { person, refreshToken } = await connected('editor');
    const admin = await auth.signedIn('admin');
    await auth.withdrawRole(person.id, 'editor', admin.accessToken);
    const next = await refresh(refreshToken);
    expect(claimsOf(next.access_token)['scope']).toBe('resources:read');
  });

  it.each<[string, (accountId: string, accessToken: string) => Promise<unknown>]>([
    [
      'the password is changed',
      async (_, accessToken) => auth.changePassword(PASSWORD, 'another kettle on the roof', accessToken),
    ],
    [
      'the account is suspended',
      async (accountId) => {
        const admin = await auth.signedIn('admin');
        const accounts = accountCalls(auth.service.port);
        await accounts.suspend(accountId, admin.accessToken);
        accounts.close();
      },
    ],
    [
      'the account is erased',
      async (accountId) => {
        const service = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
        await auth.eraseAccount(accountId, service.accessToken);
      },
    ],
  ])('is over when %s, and so is the access token', async (_, happen) => {
    const { person, tokens, refreshToken } = await connected();
    await happen(person.id, (await auth.login(person.email)).accessToken);
    expect(await faultOf(refresh(refreshToken))).toBe('invalid_grant');
    const { body } = await postAs(party, replicas.nextPort(), '/oauth2/introspect', {
      token: tokens.access_token,
    });
    expect(body).toEqual({ active: false });
  });

  it('is no access token', async () => {
    const { refreshToken } = await connected();
    expect(await reasonOf(auth.getAccount(refreshToken))).toBe('UNAUTHENTICATED');
  });
});
