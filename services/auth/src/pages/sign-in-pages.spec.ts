import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { restartableDatabase } from '@gatehouse/testing';
import { readAuthSettings } from '../config.js';
import { accountCalls } from '../spec/account-calls.js';
import { SpecBrowser } from '../spec/browser.js';
import {
  ISSUER,
  MIGRATIONS,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  specEnvironment,
  type RunningAuth,
} from '../spec/running-auth.js';
import { startAuth } from '../start-auth.js';
import { STYLE_PATH } from './style.js';

let auth: RunningAuth;
let browser: SpecBrowser;
let email: string;
let subject: string;

beforeAll(async () => {
  auth = await runningAuth({ GATEHOUSE_HTTP_PORT: '0', GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8' });
});
afterAll(() => auth.close());
beforeEach(async () => {
  browser = new SpecBrowser(() => auth.service.httpPort!);
  ({ id: subject, email } = await auth.signedIn());
});

const signIn = (next = '', password = PASSWORD) => browser.post('/login', { email, password, next });
const secretOf = ({ cookies }: SpecBrowser) => cookies.get(SESSION_COOKIE) ?? '';
const lastEvent = async () => {
  const [row] = await auth.database.sql<
    { action: string; outcome: string; address: string; target: string }[]
  >`
    select action, outcome, address, target from audit_event order by id desc limit 1`;
  return row;
};

describe('signing in on the page', () => {
  it('begins a session like any other, with a cookie that nobody else can use, and leads on', async () => {
    const answer = await browser.post(
      '/login',
      { email, password: PASSWORD, next: '/account' },
      { 'x-client-address': '203.0.113.9' },
    );
    expect(answer).toMatchObject({
      status: 303,
      headers: { location: '/account', 'cache-control': 'no-store' },
    });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=25\d{5}$/,
      ),
    ]);
    expect(await lastEvent()).toEqual({
      action: 'CreateSession',
      outcome: 'OK',
      address: '203.0.113.9',
      target: subject,
    });
    const { accessToken } = await auth.sessions.exchange(secretOf(browser));
    expect(accessToken).not.toBe('');
    expect((await browser.get('/account')).text).toContain(email);
  });

  it('asks nobody twice', async () => {
    expect((await browser.get('/account')).headers.location).toBe('/login?next=%2Faccount');
    expect((await browser.get('/login')).text).toContain('name="password"');
    await signIn();
    expect(await browser.get('/login?next=/account/apps')).toMatchObject({
      status: 303,
      headers: { location: '/account/apps' },
    });
  });

  it('has a new secret each time, whatever was planted, and ends the session of before', async () => {
    await signIn();
    const planted = secretOf(browser);
    await signIn();
    expect(secretOf(browser)).not.toBe(planted);
    expect(await reasonOf(auth.sessions.exchange(planted))).toBe('CREDENTIAL_INVALID');
    expect(await reasonOf(auth.sessions.exchange(secretOf(browser)))).toBe('OK');
  });

  it('says the same of a wrong password and of nobody, and repeats no password', async () => {
    const wrong = await signIn('/account/apps', 'not the password at all');
    expect(wrong.status).toBe(401);
    expect(wrong.text).not.toContain('not the password');
    expect(wrong.text).toContain('value="/account/apps"');
    expect(await lastEvent()).toMatchObject({
      action: 'CreateSession',
      outcome: 'CREDENTIALS_INVALID',
      target: subject,
    });
    const somebody = email;
    email = `${randomUUID()}@gatehouse.test`;
    const nobody = await signIn('/account/apps', 'not the password at all');
    expect(nobody.text.replace(email, somebody)).toBe(wrong.text);
    expect(browser.cookies.size).toBe(0);
  });

  it('shows what was typed as text', async () => {
    email = '"><script>alert(1)</script>@gatehouse.test';
    const { text } = await signIn('"><script>alert(2)</script>', 'wrong');
    expect(text).not.toContain('<script>');
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/account/../v1',
    '/account?x',
    '/oauth2/interaction/a/b',
    'javascript:alert(1)',
    '/login',
  ])('leads nobody to %s', async (next) => {
    expect((await signIn(next)).headers.location).toBe('/account');
    expect((await browser.get(`/login?${new URLSearchParams({ next })}`)).headers.location).toBe('/account');
  });

  it('keeps out whom it keeps out elsewhere', async () => {
    await signIn();
    const admin = await auth.signedIn('admin');
    const accounts = accountCalls(auth.service.port);
    await accounts.suspend(subject, admin.accessToken);
    accounts.close();
    expect((await browser.get('/account')).status).toBe(303);
    expect((await signIn()).status).toBe(401);
  });
});

describe('signing out on the page', () => {
  it('ends the session, at once for whoever has its cookie', async () => {
    await signIn();
    const secret = secretOf(browser);
    const { accessToken } = await auth.sessions.exchange(secret);
    const answer = await browser.post('/account/sign-out');
    expect(answer).toMatchObject({ status: 303, headers: { location: '/login?next=%2Faccount' } });
    expect(browser.cookies.size).toBe(0);
    expect(await lastEvent()).toMatchObject({ action: 'EndSession', outcome: 'OK', target: subject });
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
    await auth.context.feed.tail.catchUp();
    expect(await reasonOf(auth.getAccount(accessToken))).toBe('UNAUTHENTICATED');
  });

  it('is no matter of a link', async () => {
    expect(await browser.get('/account/sign-out')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});

describe('a form', () => {
  it.each<[string, Record<string, string>]>([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: ISSUER }],
    ['a sibling', { 'sec-fetch-site': 'same-site', origin: 'https://other.gatehouse.test' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['another site, in an old browser', { origin: 'https://evil.example' }],
    ['nobody', { origin: 'null' }],
    ['who does not say', {}],
  ])('of %s signs nobody in or out', async (_, headers) => {
    await signIn();
    const before = secretOf(browser);
    for (const path of ['/login', '/account/sign-out']) {
      const form = { email, password: PASSWORD };
      expect((await browser.send(path, { method: 'POST', form, headers })).status).toBe(403);
    }
    expect(secretOf(browser)).toBe(before);
    expect(await reasonOf(auth.sessions.exchange(before))).toBe('OK');
  });

  it('of an old browser is known by its origin', async () => {
    const form = { email, password: PASSWORD };
    expect((await browser.send('/login', { method: 'POST', form, headers: { origin: ISSUER } })).status).toBe(
      303,
    );
  });

  it.each<[string, string, string]>([
    ['JSON', 'application/json', '{"email":"a"}'],
    ['plain text', 'text/plain', 'email=a'],
    ['a field twice', 'application/x-www-form-urlencoded', 'email=a&email=b'],
    ['more than 64 KiB', 'application/x-www-form-urlencoded', `email=${'a'.repeat(65_536)}`],
  ])('is not %s', async (_, type, body) => {
    const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' };
    expect((await browser.send('/login', { method: 'POST', body, headers })).status).toBe(400);
  });
});

describe('every page', () => {
  it.each(['/login', '/nothing'])('can hold no script, be framed or kept: %s', async (path) => {
    const { headers } = await browser.get(path);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it('has a style sheet that may be kept, and another one that may not', async () => {
    expect((await browser.get(STYLE_PATH)).headers['cache-control']).toMatch(/immutable/);
    expect((await browser.get('/account/style/older.css')).headers['cache-control']).toBe('no-store');
  });

  it('says what is not there', async () => {
    expect(await browser.get('/account/')).toMatchObject({ status: 404 });
  });

  it.each([
    ['/login', 'GET, HEAD, POST'],
    ['/oauth2/token', 'POST, OPTIONS'],
    ['/oauth2/userinfo', 'GET, HEAD, POST, OPTIONS'],
    ['/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
  ])('says which methods it has: %s', async (path, allow) => {
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect(await browser.send(path, { method })).toMatchObject({ status: 405, headers: { allow } });
  });

  it('is 503 while the database is away, and asks nobody to sign in', async () => {
    await signIn();
    const database = await restartableDatabase({ migrations: MIGRATIONS });
    const settings = readAuthSettings(specEnvironment(database.url, { GATEHOUSE_HTTP_PORT: '0' }));
    const service = await startAuth(settings, silentLog);
    await database.stop();
    const lost = new SpecBrowser(() => service.httpPort!);
    lost.cookies.set(SESSION_COOKIE, secretOf(browser));
    expect((await lost.get('/account')).status).toBe(503);
    expect((await lost.get('/login')).status).toBe(503);
    await service.stop();
    await database.drop();
  });
});
