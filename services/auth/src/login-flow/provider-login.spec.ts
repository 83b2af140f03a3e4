import type { BrowserPage } from '@gatehouse/testing';
import { readAuthSettings } from '../config.js';
import { accountCalls } from '../spec/account-calls.js';
import { fakeProviders, PEOPLE, type FakeProviders } from '../spec/fake-providers.js';
import { beginAuthorization, oauthParty, type OauthParty } from '../spec/oauth-party.js';
import { LoginBrowser, reasonOn } from '../spec/provider-login.js';
import {
  claimsOf,
  ISSUER,
  PASSWORD,
  reasonOf,
  runningAuth,
  silentLog,
  type RunningAuth,
} from '../spec/running-auth.js';
import { startAuth } from '../start-auth.js';

let fakes: FakeProviders;
let auth: RunningAuth;
let browser: LoginBrowser;
beforeAll(async () => {
  fakes = await fakeProviders();
  auth = await runningAuth({ GATEHOUSE_HTTP_PORT: '0', ...fakes.settings });
});
afterAll(async () => {
  await auth.close();
  await fakes.close();
});
beforeEach(() => {
  fakes.reset();
  browser = newBrowser();
});
afterEach(() => auth.database.sql`delete from account`);

const newBrowser = () => new LoginBrowser(auth.service.httpPort!);
const { gina, wilma, olga, una, nora } = PEOPLE;
const accountsOf = (email: string) =>
  auth.database.sql<{ id: string; password_hash: string | null; verified: boolean }[]>`
    select id, password_hash, email_verified_at is not null as verified from account where email_key = ${email}`;
const events = async () => {
  const rows = await auth.database.sql<{ event: string }[]>`
    select action || ' ' || outcome as event from audit_event order by id`;
  return rows.map(({ event }) => event);
};
const lastEvent = async () => (await events()).at(-1);
const subjectOf = async ({ secret }: LoginBrowser) =>
  claimsOf((await auth.sessions.exchange(secret)).accessToken)['sub'];

describe('a first sign-in with a provider', () => {
  it('makes an account without a password, and a session like any other', async () => {
    const page = await browser.signIn('google', fakes.google, gina.subject, '?next=%2Faccount%2Fapps');
    expect(page).toMatchObject({ status: 200, redirect: undefined });
    // Not by a redirect, with which the browser would not send the cookie.
    expect(page.text).toContain('http-equiv="refresh" content="0; url=/account/apps"');
    const [account] = await accountsOf('gina@gmail.com');
    expect(account).toMatchObject({ password_hash: null, verified: true });
    const { accessToken } = await auth.sessions.exchange(browser.secret);
    expect(claimsOf(accessToken)).toMatchObject({ sub: account!.id, credential: 'session' });
    expect((await browser.open('/account')).text).toContain('gina@gmail.com');
    expect((await events()).slice(-3)).toEqual(['Register OK', 'SignInWithProvider OK', 'Exchange OK']);
    const [{ payload } = {}] = await auth.database
      .sql`select payload from outbox where key = ${`users/${account!.id}`}`;
    expect(payload).toMatchObject({ email: 'gina@gmail.com', displayName: 'Gina' });
  });

  it('leads to the same account ever after, whatever the person is called and wherever the mail goes', async () => {
    await browser.signIn('google', fakes.google, gina.subject);
    const renamed = { ...gina, name: 'Gina B.', emails: [{ address: 'b@gmail.com', verified: false }] };
    fakes.google.people.set(gina.subject, renamed);
    const later = newBrowser();
    await later.signIn('google', fakes.google, gina.subject);
    fakes.google.people.set(gina.subject, gina);
    expect(await subjectOf(later)).toBe(await subjectOf(browser));
    expect(later.secret).not.toBe(browser.secret);
    const rows = await auth.database.sql`select display_name, email from identity`;
    expect(rows).toEqual([{ display_name: 'Gina B.', email: null }]);
  });

  it('is one account of two windows at once', async () => {
    const windows = Array.from({ length: 6 }, newBrowser);
    fakes.google.signsIn = gina.subject;
    const answers: string[] = [];
    for (const window of windows) answers.push(await window.answerOf('google', fakes.google, gina.subject));
    const pages = await Promise.all(windows.map((window, index) => window.open(answers[index]!)));
    for (const page of pages) expect(['OK', 'CONFLICT']).toContain(reasonOn(page));
    expect(await accountsOf('gina@gmail.com')).toHaveLength(1);
    const ids = await Promise.all(windows.filter(({ secret }) => secret !== '').map(subjectOf));
    expect(new Set(ids).size).toBe(1);
  });

  it('asks for the address of a Workspace, which Google vouches for', async () => {
    await browser.signIn('google', fakes.google, wilma.subject);
    expect(await accountsOf('wilma@corp.example')).toMatchObject([{ verified: true }]);
  });

  it.each([
    ['google', () => fakes.google, una],
    ['google', () => fakes.google, nora],
    ['github', () => fakes.github, una],
    ['github', () => fakes.github, nora],
  ])('makes none at %s without a verified address', async (name, fake, { subject }) => {
    const page = await browser.signIn(name, fake(), subject);
    expect([page.status, reasonOn(page)]).toEqual([400, 'EMAIL_NOT_VERIFIED']);
    expect(browser.secret).toBe('');
    expect(await lastEvent()).toBe('SignInWithProvider EMAIL_NOT_VERIFIED');
    expect(await auth.database.sql`select from account`).toHaveLength(0);
  });

  it('makes none where the provider is not authoritative for the address and no mail is sent', async () => {
    const page = await browser.signIn('github', fakes.github, olga.subject);
    expect(reasonOn(page)).toBe('EMAIL_NOT_VERIFIED');
    expect(await auth.database.sql`select from account`).toHaveLength(0);
  });
});

describe('an account', () => {
  it('that is suspended is refused', async () => {
    await browser.signIn('google', fakes.google, gina.subject);
    const admin = await auth.signedIn('admin');
    const accounts = accountCalls(auth.service.port);
    await accounts.suspend(String(await subjectOf(browser)), admin.accessToken);
    accounts.close();
    const page = await newBrowser().signIn('google', fakes.google, gina.subject);
    expect([page.status, reasonOn(page)]).toEqual([401, 'SIGN_IN_REFUSED']);
    expect(await lastEvent()).toBe('SignInWithProvider ACCOUNT_CLOSED');
  });

  it('that was erased is gone: the next sign-in makes another one', async () => {
    await browser.signIn('google', fakes.google, gina.subject);
    const before = await subjectOf(browser);
    await auth.database.sql`delete from account where id = ${String(before)}`;
    const later = newBrowser();
    await later.signIn('google', fakes.google, gina.subject);
    expect(await subjectOf(later)).not.toBe(before);
  });
});

describe('signing in anew', () => {
  it.each([
    ['the same person', gina],
    ['another person', wilma],
  ])('as %s ends the session that the browser had, though its cookie stays behind', async (_, next) => {
    await browser.signIn('google', fakes.google, gina.subject);
    const { secret } = browser;
    // At the provider they are signed out.
    browser.cookies.delete(new URL(fakes.google.url).hostname);
    await browser.signIn('google', fakes.google, next.subject);
    expect(await reasonOf(auth.sessions.exchange(browser.secret))).toBe('OK');
    expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
  });

  it.each(['the form', 'the provider as well'])(
    'while another window does by %s leaves one session',
    async (way) => {
      const { email } = await auth.signedIn();
      fakes.google.signsIn = gina.subject;
      const stopAt = (url: URL) => url.origin !== ISSUER;
      const { redirect: atProvider } = await browser.visit(`${ISSUER}/login/google`, { stopAt });
      if (way === 'the form') await browser.submit('/login', { email, password: PASSWORD });
      else await browser.signIn('google', fakes.google, wilma.subject);
      const { secret } = browser;
      expect(await reasonOf(auth.sessions.exchange(secret))).toBe('OK');
      browser.cookies.delete(new URL(fakes.google.url).hostname);
      fakes.google.signsIn = gina.subject;
      await browser.visit(atProvider!);
      expect(browser.secret).not.toBe(secret);
      expect(await reasonOf(auth.sessions.exchange(browser.secret))).toBe('OK');
      expect(await reasonOf(auth.sessions.exchange(secret))).toBe('CREDENTIAL_INVALID');
    },
  );

  it('that comes to nothing leaves the session as it is', async () => {
    await browser.signIn('google', fakes.google, gina.subject);
    fakes.google.fault = 'denied';
    await browser.signIn('google', fakes.google, gina.subject);
    expect(await reasonOf(auth.sessions.exchange(browser.secret))).toBe('OK');
  });
});

describe('a client that asks for a new sign-in', () => {
  let party: OauthParty;
  beforeAll(async () => {
    party = await oauthParty(auth);
  });
  beforeEach(async () => {
    await browser.signIn('google', fakes.google, gina.subject);
    browser = newBrowser();
  });

  /** Goes on to where a page leads by itself. */
  const goOn = ({ text }: BrowserPage) => browser.open(/url=([^"]+)"/.exec(text)?.[1] ?? '');
  /** Goes to the page that asks for a sign-in. @returns where its button of a provider leads */
  const buttonOf = async (provider: string, asking: Readonly<Record<string, string>>) => {
    const { url } = await beginAuthorization(party, asking);
    const { text } = await goOn(await browser.visit(url));
    const [, path = ''] = new RegExp(`href="(/login/${provider}[^"]+)"`).exec(text) ?? [];
    return path.replaceAll('&amp;', '&');
  };
  const sentTo = async (path: string) => {
    const { redirect } = await browser.visit(ISSUER + path, { stopAt: ({ origin }) => origin !== ISSUER });
    return Object.fromEntries(redirect!.searchParams);
  };
  const ASKING = [
    ['prompt', { prompt: 'login' }],
    ['max_age', { max_age: '60' }],
  ] as const;

  it.each(ASKING)('has the provider ask for one, and goes on with that: by %s', async (_, asking) => {
    const path = await buttonOf('corp', asking);
    expect(await sentTo(path)).toMatchObject({ prompt: 'login', max_age: expect.any(String) });
    fakes.google.signsIn = gina.subject;
    expect((await goOn(await browser.open(path))).text).toContain('name="decision"');
  });

  it.each(ASKING)('gets none that the provider has not asked for: by %s', async (_, asking) => {
    const path = await buttonOf('corp', asking);
    fakes.google.signsIn = gina.subject;
    fakes.google.fault = 'old-sign-in';
    expect(reasonOn(await browser.open(path))).toBe('PROVIDER_ANSWER_REFUSED');
    expect(await lastEvent()).toBe('SignInWithProvider ID_TOKEN_AUTH_TIME');
    // Nor by leaving out what has the provider asked.
    const passed = await browser.open(path.replace('&anew=', ''));
    expect(reasonOn(passed)).toBe('OK');
    expect((await goOn(passed)).text).toContain('name="password"');
  });

  it.each(['google', 'github'])('has people choose their account at %s, which asks no more', async (name) => {
    expect(await sentTo(await buttonOf(name, { prompt: 'login' }))).toMatchObject({
      prompt: 'select_account',
    });
  });

  it('is who has them asked: others let in whom the provider knows', async () => {
    expect(await sentTo(await buttonOf('corp', {}))).not.toHaveProperty('prompt');
    expect(await sentTo('/login/google')).not.toHaveProperty('prompt');
  });
});

it('a sign-in is as old as the provider says', async () => {
  await browser.signIn('google', fakes.google, gina.subject);
  fakes.google.fault = 'old-sign-in';
  await browser.signIn('corp', fakes.google, gina.subject);
  const { iat, auth_time } = claimsOf((await auth.sessions.exchange(browser.secret)).accessToken);
  expect(Number(iat) - Number(auth_time)).toBeGreaterThanOrEqual(3_600);
  const page = await browser.open('/account/identities');
  expect(page.text).toContain('Sign in again');
  const again = await browser.submit('/account/sign-out', { next: '/account/identities', anew: 'yes' });
  expect(again.text).toContain('href="/login/corp?next=%2Faccount%2Fidentities&amp;anew="');
});

describe('an answer', () => {
  const refused = (page: Awaited<ReturnType<LoginBrowser['open']>>) => [page.status, reasonOn(page)];
  const INVALID = [400, 'LOGIN_FLOW_INVALID'];
  const answer = () => browser.answerOf('google', fakes.google, gina.subject);

  it('is taken once', async () => {
    const path = await answer();
    await browser.open(path);
    const { secret } = browser;
    expect(refused(await browser.open(path))).toEqual(INVALID);
    expect(browser.secret).toBe(secret);
    const many = await answer();
    const windows = Array.from({ length: 10 }, () => {
      const window = newBrowser();
      for (const [host, jar] of browser.cookies) window.cookies.set(host, new Map(jar));
      return window;
    });
    const pages = await Promise.all(windows.map((window) => window.open(many)));
    expect(pages.map(reasonOn).sort()).toEqual([...Array<string>(9).fill('LOGIN_FLOW_INVALID'), 'OK']);
  });

  it('is taken from the browser that was sent there alone (login CSRF), and from that one still', async () => {
    const path = await answer();
    const victim = newBrowser();
    expect(refused(await victim.open(path))).toEqual(INVALID);
    fakes.google.signsIn = undefined;
    await victim.open('/login/google');
    expect(refused(await victim.open(path))).toEqual(INVALID);
    expect(victim.secret).toBe('');
    expect(refused(await browser.open(path))).toEqual([200, 'OK']);
  });

  it('is taken where that provider answers alone (mix-up)', async () => {
    const path = await answer();
    for (const other of ['github', 'corp']) {
      expect(refused(await browser.open(path.replace('/callback/google', `/callback/${other}`)))).toEqual(
        INVALID,
      );
    }
    expect(refused(await browser.open(path.replace('/callback/google', '/callback/nobody')))).toEqual([
      404,
      'PROVIDER_UNKNOWN',
    ]);
    expect(refused(await browser.open(path))).toEqual([200, 'OK']);
  });

  it.each([
    ['another state', (query: URLSearchParams) => query.set('state', 'x'.repeat(43))],
    ['no state', (query: URLSearchParams) => query.delete('state')],
    ['two states', (query: URLSearchParams) => query.append('state', query.get('state')!)],
    ['a state that is none', (query: URLSearchParams) => query.set('state', "' or true --")],
  ])('with %s is none', async (_, change) => {
    const url = new URL(ISSUER + (await answer()));
    change(url.searchParams);
    expect(refused(await browser.open(url.pathname + url.search))).toEqual(INVALID);
  });

  it.each([
    ['a code that is not its own', (query: URLSearchParams) => query.set('code', 'x'), 'CODE_REFUSED'],
    ['two codes', (query: URLSearchParams) => query.append('code', 'x'), 'ANSWER_MALFORMED'],
    ['no code', (query: URLSearchParams) => query.delete('code'), 'ANSWER_MALFORMED'],
    [
      'another issuer',
      (query: URLSearchParams) => query.set('iss', 'https://evil.test'),
      'AUTHORIZATION_RESPONSE_INVALID',
    ],
    ['no issuer', (query: URLSearchParams) => query.delete('iss'), 'AUTHORIZATION_RESPONSE_INVALID'],
  ])('with %s is refused, and used up', async (_, change, fault) => {
    const path = await answer();
    const url = new URL(ISSUER + path);
    change(url.searchParams);
    expect(refused(await browser.open(url.pathname + url.search))).toEqual([401, 'PROVIDER_ANSWER_REFUSED']);
    expect(await lastEvent()).toBe(`SignInWithProvider ${fault}`);
    expect(refused(await browser.open(path))).toEqual(INVALID);
  });

  it('is too late after ten minutes', async () => {
    const path = await answer();
    await auth.database.sql`update login_flow set expires_at = clock_timestamp()`;
    expect(refused(await browser.open(path))).toEqual(INVALID);
  });

  it('that says no leads back, to other ways to sign in', async () => {
    fakes.google.fault = 'denied';
    const page = await browser.signIn('google', fakes.google, gina.subject);
    expect(refused(page)).toEqual([403, 'PROVIDER_DENIED']);
    expect(page.text).toContain('href="/login?next=%2Faccount"');
  });

  it('that never comes hinders nothing', async () => {
    fakes.google.fault = 'lost-callback';
    await browser.signIn('google', fakes.google, gina.subject);
    expect(browser.secret).toBe('');
    fakes.google.fault = undefined;
    expect(refused(await browser.signIn('google', fakes.google, gina.subject))).toEqual([200, 'OK']);
  });

  it.each([
    'wrong-nonce',
    'wrong-audience',
    'wrong-issuer',
    'wrong-signature',
    'alg-none',
    'expired',
  ] as const)('with a fault signs nobody in: %s', async (fault) => {
    fakes.google.fault = fault;
    const page = await browser.signIn('google', fakes.google, gina.subject);
    expect(refused(page)).toEqual([401, 'PROVIDER_ANSWER_REFUSED']);
    expect(browser.secret).toBe('');
    expect(await lastEvent()).toMatch(/^SignInWithProvider ID_TOKEN_/);
  });
});

describe('replicas', () => {
  it('go on with what another one has begun, and take an answer once between them', async () => {
    const settings = readAuthSettings({ ...auth.environment, GATEHOUSE_HTTP_PORT: '0' });
    const other = await startAuth(settings, silentLog);
    const path = await browser.answerOf('google', fakes.google, gina.subject);
    browser.moveTo(other.httpPort!);
    expect(reasonOn(await browser.open(path))).toBe('OK');
    expect(await reasonOf(auth.sessions.exchange(browser.secret))).toBe('OK');
    browser.moveTo(auth.service.httpPort!);
    expect(reasonOn(await browser.open(path))).toBe('LOGIN_FLOW_INVALID');
    await other.stop();
  });
});

describe('a provider that is down', () => {
  it('says so at once or in time, and every other way in works', async () => {
    const known = await auth.signedIn();
    const path = await browser.answerOf('github', fakes.github, gina.subject);
    fakes.github.fault = 'down';
    const page = await browser.open(path);
    expect([page.status, reasonOn(page)]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect(page.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(reasonOn(await newBrowser().signIn('google', fakes.google, gina.subject))).toBe('OK');
    expect(await reasonOf(auth.login(known.email))).toBe('OK');
  });
});

describe('the way there', () => {
  it('is a button on the page that asks for a password, which leads where that leads', async () => {
    const { text } = await browser.open('/login?next=/account/apps');
    for (const name of ['Google', 'GitHub', 'Corp']) expect(text).toContain(`Continue with ${name}`);
    expect(text).toContain('href="/login/google?next=%2Faccount%2Fapps"');
  });

  it('has a state, a nonce and a challenge of its own each time', async () => {
    const stopAt = (url: URL) => url.origin === fakes.google.url;
    const seen = new Set<string>();
    for (let round = 0; round < 2; round++) {
      const { redirect } = await browser.visit(`${ISSUER}/login/google`, { stopAt });
      const query = redirect!.searchParams;
      expect(Object.fromEntries(query)).toMatchObject({
        response_type: 'code',
        client_id: 'gatehouse-spec',
        redirect_uri: `${ISSUER}/login/callback/google`,
        scope: 'openid email profile',
        code_challenge_method: 'S256',
      });
      for (const name of ['state', 'nonce', 'code_challenge']) {
        expect(query.get(name)).toMatch(/^[\w-]{43}$/);
        seen.add(query.get(name)!);
      }
    }
    expect(seen.size).toBe(6);
  });

  it('binds the browser by a cookie that no other site can use, and that opens nothing by itself', async () => {
    const stopAt = () => true;
    const { headers } = await browser.visit(`${ISSUER}/login/google`, { stopAt });
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse-login=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
      ),
    ]);
    const [row] = await auth.database.sql`select login_flow::text as row from login_flow`;
    const [[, held] = []] = [...browser.cookies.get(new URL(ISSUER).hostname)!];
    expect(row!['row']).not.toContain(held);
  });

  it('leads nowhere to a provider that is not there', async () => {
    for (const name of ['nobody', 'Google', '%2e', 'google%00', 'google/callback']) {
      expect((await browser.open(`/login/${name}`)).status).toBe(404);
    }
  });

  it.each([
    ...[
      'https://evil.test',
      '//evil.test',
      '///evil.test',
      '/\\evil.test',
      '\\/evil.test',
      'https:evil.test',
      '/\t/evil.test',
    ],
    ...[
      '/account@evil.test',
      '/account/../..//evil.test',
      '/account?x=//evil.test',
      '/account#',
      'javascript:alert(1)',
      'data:,x',
    ],
    ...[
      '/.evil.test',
      '/%2f%2fevil.test',
      '/account/apps/',
      '/ACCOUNT',
      '/login/google',
      '/v1/sessions',
      '/account\r\nx: y',
      '',
    ],
  ])('leads in the end to a page of ours and not to %j', async (next) => {
    const query = `?${new URLSearchParams({ next }).toString()}`;
    const { text } = await browser.signIn('google', fakes.google, gina.subject, query);
    expect(text).toContain('content="0; url=/account"');
    expect(text).not.toContain('evil');
  });
});

it('the database has no answer of a provider: no code, no state, no token', async () => {
  const path = await browser.answerOf('google', fakes.google, gina.subject);
  await browser.open(path);
  const tables = await auth.database.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const { searchParams } = new URL(ISSUER + path);
  for (const { name } of tables) {
    const rows = await auth.database.sql<
      { row: string }[]
    >`select t::text as row from ${auth.database.sql(name)} t`;
    for (const { row } of rows) {
      expect(row).not.toContain(searchParams.get('code'));
      expect(row).not.toContain(searchParams.get('state'));
      expect(row).not.toMatch(/eyJ[\w-]{10,}/);
    }
  }
});
