import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '@gatehouse/testing';
import * as openid from 'openid-client';
import { clientCalls, type ClientCalls } from '../spec/client-calls.js';
import { fewAtOnce } from '../spec/few-at-once.js';
import {
  beginAuthorization,
  faultOf,
  hiddenFields,
  oauthParty,
  signInAt,
  type OauthParty,
} from '../spec/oauth-party.js';
import { claimsOf, ISSUER, reasonOf } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let calls: ClientCalls;
let party: OauthParty;
let another: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas();
  ({ auth } = replicas);
  calls = clientCalls(auth.service.port);
  party = await oauthParty(auth, { displayName: 'An <app>' }, replicas.nextPort);
  another = await oauthParty(auth, { displayName: 'Another app' }, replicas.nextPort);
});
afterAll(async () => {
  calls.close();
  await replicas.close();
});

async function connected() {
  const person = await auth.signedIn();
  const browser = replicas.newBrowser();
  const tokens = await signInAt(party, browser, person, {
    scope: 'openid email offline_access resources:read',
    prompt: 'consent',
  });
  return { person, browser, tokens, id: String(claimsOf(tokens.access_token)['sid']) };
}

const refresh = (refreshToken = '') => faultOf(openid.refreshTokenGrant(party.config, refreshToken));
const isActive = async (token: string) => (await openid.tokenIntrospection(party.config, token)).active;

describe('a grant', () => {
  it('stands in its owner’s list, newest first', async () => {
    const { person, browser, id } = await connected();
    await signInAt(another, browser, person);
    const first = await calls.listGrants(person.accessToken, 1);
    expect(first.grants).toMatchObject([{ clientId: another.id, scopes: ['openid'] }]);
    const second = await calls.listGrants(person.accessToken, 1, first.nextPageToken);
    expect(second.grants).toMatchObject([
      {
        id,
        clientId: party.id,
        clientName: 'An <app>',
        permissions: ['resources:read'],
        scopes: ['email', 'offline_access', 'openid'],
        lastUseTime: expect.any(Date),
      },
    ]);
    expect(second.nextPageToken).toBe('');
  });

  it('is withdrawn by its owner, with all that came of it', async () => {
    const { person, tokens, id, browser } = await connected();
    const stranger = await auth.signedIn();
    expect(await reasonOf(calls.withdrawGrant(id, stranger.accessToken))).toBe('GRANT_UNKNOWN');
    expect(await isActive(tokens.access_token)).toBe(true);
    await calls.withdrawGrant(id, person.accessToken);
    expect(await isActive(tokens.access_token)).toBe(false);
    expect(await refresh(tokens.refresh_token)).toBe('invalid_grant');
    expect(await reasonOf(calls.withdrawGrant(id, person.accessToken))).toBe('GRANT_UNKNOWN');
    expect(await reasonOf(calls.withdrawGrant(randomUUID(), person.accessToken))).toBe('GRANT_UNKNOWN');
    expect((await calls.listGrants(person.accessToken)).grants).toEqual([]);
    const rows = await auth.database.sql`select from revocation where kind = 'grant' and key = ${id}`;
    expect(rows).toHaveLength(1);
    // The client has to ask again.
    await expect(signInAt(party, browser, person, { prompt: 'none' })).rejects.toMatchObject({
      error: 'consent_required',
    });
  });

  it('opens nothing that is about grants, or needs no permission', async () => {
    const { tokens, id } = await connected();
    for (const call of [
      calls.listGrants(tokens.access_token),
      calls.withdrawGrant(id, tokens.access_token),
      auth.getAccount(tokens.access_token),
    ])
      expect(await reasonOf(call)).toBe('CREDENTIAL_NOT_ADMITTED');
  });

  it('is given by no sign-in that ends while it is written down', async () => {
    const { sql } = auth.database;
    const person = await auth.signedIn();
    const browser = replicas.newBrowser();
    await signInAt(another, browser, person);
    let { url } = await beginAuthorization(party);
    let page: string | undefined;
    while (page === undefined) {
      const { headers, text } = await browser.get(url.pathname + url.search);
      const location = headers.location ?? /url=([^"]+)"/.exec(text)?.[1];
      if (location === undefined) page = text;
      else url = new URL(location, ISSUER);
    }
    const form = { ...hiddenFields(page), decision: 'allow' };
    const { consenting } = await sql.begin(async (tx) => {
      await tx`select from account where id = ${person.id} for update`;
      const posted = browser.post(url.pathname, form);
      await eventually(async () => {
        const blocked = await tx`
          select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`;
        expect(blocked).toHaveLength(1);
      });
      await tx`update session set ended_at = clock_timestamp() where account_id = ${person.id}`;
      return { consenting: posted };
    });
    const { text } = await consenting;
    expect(
      await sql`select from oauth_grant where account_id = ${person.id} and client_id = ${party.id}`,
    ).toHaveLength(0);
    expect(text).toContain('INTERACTION_OVER');
  });

  it('is over when its client is shut out', async () => {
    const admin = await auth.signedIn('admin');
    const person = await auth.signedIn();
    const doomed = await oauthParty(auth, {}, replicas.nextPort);
    const tokens = await signInAt(doomed, replicas.newBrowser(), person);
    await calls.disable(doomed.id, admin.accessToken);
    await replicas.catchUp();
    expect(await reasonOf(auth.getAccount(tokens.access_token))).toBe('UNAUTHENTICATED');
    expect((await calls.listGrants(person.accessToken)).grants).toEqual([]);
  });
});

describe('the grants of a client that is shut out', () => {
  it('end, however many people use it', async () => {
    const { sql } = auth.database;
    const admin = await auth.signedIn('admin');
    const doomed = await oauthParty(auth, {}, replicas.nextPort);
    await sql`
      with people as (
        insert into account (id, email, email_key)
        select id, id::text, id::text from (select gen_random_uuid() as id from generate_series(1, 10001)) made
        returning id
      )
      insert into oauth_grant (id, account_id, client_id, consent, expires_at)
      select gen_random_uuid(), id, ${doomed.id}, '{}', now() + interval '1 day' from people`;
    await fewAtOnce(auth.database, 'update', 'oauth_grant');
    await calls.disable(doomed.id, admin.accessToken);
    expect(
      await sql`select 1 from oauth_grant where client_id = ${doomed.id} and ended_at is null`,
    ).toHaveLength(0);
  });
});

describe('the page of connected apps', () => {
  it('shows what each app may do, as text, and disconnects it', async () => {
    const { browser, id, tokens } = await connected();
    const { text } = await browser.get('/account/apps');
    expect(text).toContain('An &lt;app&gt;');
    expect(text).toContain(`value="${id}"`);
    expect(await browser.post('/account/apps/disconnect', { grant: id })).toMatchObject({
      status: 303,
      headers: { location: '/account/apps' },
    });
    expect((await browser.get('/account/apps')).text).not.toContain(id);
    expect(await isActive(tokens.access_token)).toBe(false);
    expect((await browser.post('/account/apps/disconnect', { grant: id })).status).toBe(404);
  });

  it('disconnects nothing for another site, for nobody, and for nobody else', async () => {
    const { browser, id, tokens } = await connected();
    const form = { grant: id };
    const headers = { 'sec-fetch-site': 'cross-site' };
    const foreign = await browser.send('/account/apps/disconnect', { method: 'POST', form, headers });
    expect(foreign.status).toBe(403);
    const nobody = await replicas.newBrowser().post('/account/apps/disconnect', form);
    expect(nobody.headers.location).toMatch(/^\/login/);
    const { browser: other } = await connected();
    expect((await other.post('/account/apps/disconnect', form)).status).toBe(404);
    expect(await isActive(tokens.access_token)).toBe(true);
  });
});
