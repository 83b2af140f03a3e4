import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { eventually } from '@gatehouse/testing';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import * as openid from 'openid-client';
import { MAIL_TOPIC, mailEvent } from '../mail/mail-event.js';
import { accountCalls } from '../spec/account-calls.js';
import type { SpecBrowser } from '../spec/browser.js';
import { fakeProviders, type FakeProviders } from '../spec/fake-providers.js';
import {
  beginAuthorization,
  faultOf,
  oauthParty,
  signInAt,
  type OauthParty,
  type PartyTokens,
} from '../spec/oauth-party.js';
import { PATIENCE_MS } from '../spec/patience.js';
import { CLIENT_SECRET, ISSUER, PASSWORD, reasonOf } from '../spec/running-auth.js';
import { clientSignOut } from './client-sign-out.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

const BACK = 'https://app.example/bye';

let fakes: FakeProviders;
let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let party: OauthParty;
let told: URLSearchParams[];
/** How many of the next that tell are refused. */
let failing: number;
let server: Server;
let person: Awaited<ReturnType<TwoReplicas['auth']['signedIn']>>;
let browser: SpecBrowser;
let tokens: PartyTokens;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      told.push(new URLSearchParams(body));
      response.writeHead(failing-- > 0 ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  fakes = await fakeProviders();
  replicas = await twoReplicas(fakes.settings);
  ({ auth } = replicas);
  const logoutUri = `http://127.0.0.1:${port}/told`;
  party = await oauthParty(auth, { logoutRedirectUris: [BACK], logoutUri }, replicas.nextPort);
});
afterAll(async () => {
  await replicas.close();
  await fakes.close();
  server.close();
});
beforeEach(async () => {
  told = [];
  failing = 0;
  person = await auth.signedIn();
  browser = replicas.newBrowser();
  tokens = await signInAt(party, browser, person, {
    scope: 'openid offline_access resources:read',
    prompt: 'consent',
  });
});

const endUrl = (more: Record<string, string> = {}) =>
  openid.buildEndSessionUrl(party.config, {
    post_logout_redirect_uri: BACK,
    id_token_hint: tokens.id_token!,
    state: 'a state',
    ...more,
  });
const secretIn = (page: string) => /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
const confirm = (page: string, answer: Readonly<Record<string, string>>) =>
  browser.post('/oauth2/logout/confirm', { xsrf: secretIn(page), ...answer });

/** Goes where a client sends whoever signs out, and answers. */
async function signOutAtClient(answer: Readonly<Record<string, string>>) {
  const { pathname, search } = endUrl();
  await confirm((await browser.get(pathname + search)).text, answer);
}

describe('signing out at a client', () => {
  it('ends the session here once the person says so, and tells the client by its back channel', async () => {
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const asking = Object.fromEntries(new URLSearchParams(search));
    const posted = await browser.post(pathname, asking, { 'sec-fetch-site': 'cross-site' });
    expect(posted).toMatchObject({ status: 303, headers: { location: pathname + search } });
    const asked = await browser.get(pathname + search);
    expect(asked.text).not.toContain('<script');
    expect(asked.headers['content-security-policy']).toContain('https://app.example');
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
    const done = await confirm(asked.text, { logout: 'yes' });
    expect(done).toMatchObject({ status: 303, headers: { location: `${BACK}?state=a+state` } });
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
    expect((await browser.get('/account')).status).toBe(303);

    const [form] = await eventually(() => {
      expect(told).toHaveLength(1);
      return told;
    });
    const keys = createLocalJWKSet({ keys: [...auth.context.keys.published] } as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(form!.get('logout_token') ?? '', keys, {
      issuer: ISSUER,
      audience: party.id,
    });
    expect(protectedHeader.typ).toBe('logout+jwt');
    expect(payload).toMatchObject({
      sub: tokens.claims()!.sub,
      sid: tokens.claims()!['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    // Whoever signs out has not disconnected the app.
    expect(await faultOf(openid.refreshTokenGrant(party.config, tokens.refresh_token!))).toBe('OK');
  });

  it('is an outage while the session cannot be ended, ends nothing by halves, and can be confirmed again', async () => {
    const { sql } = auth.database;
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const { text } = await browser.get(pathname + search);
    await sql`create function be_full() returns trigger language plpgsql as
      $$ begin raise exception 'the disk is full' using errcode = '53100'; end $$`;
    await sql`create trigger full_disk before update of ended_at on session execute function be_full()`;
    const refused = await confirm(text, { logout: 'yes' });
    await sql`drop function be_full cascade`;
    expect(refused.status).toBe(503);
    expect(refused.text).toContain('temporarily_unavailable');
    expect(refused.headers.location).toBeUndefined();
    expect(browser.cookies.get(SESSION_COOKIE)).toBe(secret);
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
    expect((await confirm(text, { logout: 'yes' })).status).toBe(303);
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
    await eventually(() => expect(told).toHaveLength(1));
  });

  it('ends no session when the person stays: the client alone is told, and has to ask again', async () => {
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const asked = await browser.get(pathname + search);
    await confirm(asked.text, {});
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
    expect((await browser.get('/account')).status).toBe(200);
    await eventually(() => expect(told).toHaveLength(1));
  });

  it('is nothing that another site can do', async () => {
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const { pathname, search } = endUrl();
    const asked = await browser.get(pathname + search);
    const form = { xsrf: secretIn(asked.text), logout: 'yes' };
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await browser.send('/oauth2/logout/confirm', { method: 'POST', form, headers });
    expect(answer.status).toBe(403);
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
  });

  it.each(['https://evil.example/', `${BACK}/`, `${BACK}?a`])('leads nobody to %s', async (uri) => {
    const { pathname, search } = endUrl({ post_logout_redirect_uri: uri });
    const answer = await browser.get(pathname + search);
    expect(answer.status).toBe(400);
    expect(answer.headers.location).toBeUndefined();
  });

  const erase = async () => {
    const { accessToken } = await auth.issueServiceToken('users', CLIENT_SECRET, 'auth');
    await auth.eraseAccount(person.id, accessToken);
  };
  const beSuspended = async () => {
    const { accessToken } = await auth.signedIn('admin');
    const accounts = accountCalls(auth.service.port);
    await accounts.suspend(person.id, accessToken);
    accounts.close();
  };
  it.each([
    ['signs out on a page', () => browser.post('/account/sign-out')],
    ['ends every other session', () => auth.sessions.endOthers(person.accessToken)],
    ['changes the password', () => auth.changePassword(PASSWORD, `${PASSWORD}, anew`, person.accessToken)],
    ['is suspended', beSuspended],
    ['is erased', erase],
  ])('is over when the person %s: clients are told, and the next request asks to sign in', async (_, end) => {
    await end();
    await eventually(() => expect(told).toHaveLength(1));
    const [, payload = ''] = told[0]!.get('logout_token')!.split('.');
    const { sub, sid } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(sid).toBe(tokens.claims()!['sid']);
    expect(sub).toBe(end === erase ? undefined : tokens.claims()!.sub);
    await expect(signInAt(party, browser, person, { prompt: 'none' })).rejects.toMatchObject({
      error: 'login_required',
    });
  });

  it('stays over for clients though the browser, which was at a provider, signs in again', async () => {
    await browser.get('/login/google');
    await auth.sessions.endOthers(person.accessToken);
    await eventually(() => expect(told).toHaveLength(1));
    await browser.post('/login', { email: person.email, password: PASSWORD });
    await expect(signInAt(party, browser, person, { prompt: 'none' })).rejects.toMatchObject({
      error: 'login_required',
    });
  });

  /** By the clock of the database the sign-in before a request may be after it. */
  const beSignedInAhead = () => auth.database.sql`
    update session set created_at = created_at + interval '1 minute' where account_id = ${person.id}`;

  it.each([
    ['prompt', { prompt: 'login' }],
    ['max_age', { max_age: '0' }],
  ])('is not what signing in again is, as a client asks for by %s', async (_, asking) => {
    await beSignedInAhead();
    const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
    const again = await signInAt(party, browser, person, asking);
    const [before, after] = [tokens.claims()!, again.claims()!];
    expect([after.sub, after['sid']]).toEqual([before.sub, before['sid']]);
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
    expect(told).toEqual([]);
    await browser.post('/account/sign-out');
    await eventually(() => expect(told).toHaveLength(1));
  });

  it.each([
    ['prompt', { prompt: 'login' }],
    ['max_age', { max_age: '0' }],
  ])(
    'is not signing in again where its cookie is kept back at first, as a client asks by %s',
    async (_, asking) => {
      const { url } = await beginAuthorization(party, asking);
      const { headers } = await browser.get(url.pathname + url.search);
      const { pathname } = new URL(headers.location ?? '', ISSUER);
      const secret = browser.cookies.get(SESSION_COOKIE) ?? '';
      browser.cookies.delete(SESSION_COOKIE);
      expect((await browser.get(`${pathname}?here`)).text).toContain('name="password"');
      browser.cookies.set(SESSION_COOKIE, secret);
      expect((await browser.get(pathname)).text).toContain('name="password"');
    },
  );

  it('is what it is to one person when another signs in where they were asked to', async () => {
    await beSignedInAhead();
    const other = await auth.signedIn();
    await expect(signInAt(party, browser, other, { prompt: 'login' })).rejects.toThrow('INTERACTION_OVER');
    await eventually(() => expect(told).toHaveLength(1));
    expect((await signInAt(party, browser, other)).claims()!.sub).not.toBe(tokens.claims()!.sub);
  });

  it.each([
    ['ends every other session', () => auth.sessions.endOthers(person.accessToken)],
    ['signs out at a client', () => signOutAtClient({ logout: 'yes' })],
    ['stays when a client asks', () => signOutAtClient({})],
  ])(
    'is said again to a client that did not take it, and once when it did: the person %s',
    async (_, act) => {
      failing = 2;
      await act();
      await eventually(() => expect(told).toHaveLength(3));
      await eventually(async () =>
        expect(await auth.database.sql`select topic from outbox where topic = 'client.SignOut'`).toEqual([]),
      );
      expect(told).toHaveLength(3);
    },
  );

  it('takes no place of what others wait for, nor many of its own, from a client that is away', async () => {
    const { outbox, database } = auth.context;
    const { id: accountId } = person;
    const many = Array.from({ length: 100 }, () =>
      clientSignOut(randomUUID(), { clientId: party.id, accountId, sid: 'one' }),
    );
    let held = 0;
    let cut = 0;
    server.removeAllListeners('request');
    server.on('request', (request) => {
      held++;
      request.once('close', () => cut++);
    });
    await database.transaction((tx) => outbox.appendAll(tx, many));
    await eventually(() => expect(held).toBeGreaterThan(0));
    await database.transaction((tx) => outbox.append(tx, mailEvent('password_reset', accountId)));
    const left = (topic: string) => auth.database.sql`select from outbox where topic = ${topic}`;
    await eventually(async () => expect(await left(MAIL_TOPIC)).toHaveLength(0));
    expect(cut).toBe(0);
    await eventually(
      async () => expect(await auth.database.sql`select from outbox where attempts = 0`).toHaveLength(0),
      PATIENCE_MS,
    );
    expect(held).toBeLessThan(50);
  });
});
