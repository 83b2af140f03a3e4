import { eventually, type FakeProvider } from '@gatehouse/testing';
import { accountCalls } from '../spec/account-calls.js';
import { fakeProviders, PEOPLE, type FakeProviders } from '../spec/fake-providers.js';
import { identityCalls, linkedIdentity, type IdentityCalls } from '../spec/identity-calls.js';
import { codeIn, mailServer, type MailServer } from '../spec/mail-server.js';
import { LoginBrowser, reasonOn } from '../spec/provider-login.js';
import { claimsOf, PASSWORD, reasonOf, runningAuth, type RunningAuth } from '../spec/running-auth.js';

let server: MailServer;
let fakes: FakeProviders;
let auth: RunningAuth;
let identities: IdentityCalls;
let browser: LoginBrowser;
beforeAll(async () => {
  server = await mailServer();
  fakes = await fakeProviders();
  auth = await runningAuth({
    GATEHOUSE_HTTP_PORT: '0',
    GATEHOUSE_MAIL: 'on',
    GATEHOUSE_SMTP_URL: server.url,
    ...fakes.settings,
  });
  identities = identityCalls(auth.service.port);
});
afterAll(async () => {
  identities.close();
  await auth.close();
  await fakes.close();
  await server.close();
});
beforeEach(() => {
  fakes.reset();
  server.mails.length = 0;
  browser = newBrowser();
});
afterEach(() => auth.database.sql`delete from account`);

const newBrowser = () => new LoginBrowser(auth.service.httpPort!);
const { gina, olga } = PEOPLE;
const subjectOf = async ({ secret }: LoginBrowser) =>
  claimsOf((await auth.sessions.exchange(secret)).accessToken)['sub'];
const linkedTo = async (accountId: string) => {
  const rows = await auth.database.sql<{ subject: string }[]>`
    select subject from identity where account_id = ${accountId} order by created_at`;
  return rows.map(({ subject }) => subject);
};
const outcomesOf = async (action: string) => {
  const rows = await auth.database.sql<{ outcome: string }[]>`
    select outcome from audit_event where action = ${action} order by id desc limit 3`;
  return rows.map(({ outcome }) => outcome);
};
/** The mail with this subject, of which others may be on their way. */
const mailTo = (address: string, subject: string) =>
  eventually(() => {
    const [mail] = server.to(address).filter(({ source }) => source.includes(`\nSubject: ${subject}\r\n`));
    expect(mail).toBeDefined();
    return mail!;
  });
const LINKED = 'There is a new way to sign in to your account';

/** The flow that a page asks about. */
const flowOn = ({ text }: { readonly text: string }) => /name="flow" value="([\w-]+)"/.exec(text)?.[1] ?? '';

/** The codes of so many mails. */
const codesTo = (address: string, count: number) =>
  eventually(() => {
    expect(server.to(address)).toHaveLength(count);
    return server.to(address).map(codeIn);
  });

/** An account of this address, with a password. */
async function registered(email: string) {
  const { account } = await auth.register(email);
  return { id: account!.id, email };
}

/** A browser in which the owner of an account is signed in with a password. */
async function signedInAs(email: string) {
  const { secret } = await auth.sessions.create(email, PASSWORD);
  browser.secret = secret;
  return secret;
}

describe('an address that has an account', () => {
  it('leads nobody to it: its owner shows the password first, where the provider is authoritative', async () => {
    const owner = await registered('Gina@gmail.com');
    const page = await browser.signIn('google', fakes.google, gina.subject);
    expect([page.status, page.url.pathname]).toEqual([200, '/account/link']);
    expect(page.text).toContain('name="password"');
    expect(browser.secret).toBe('');
    expect(await linkedTo(owner.id)).toEqual([]);

    const flow = flowOn(page);
    const wrong = await browser.submit('/account/link', { flow, password: 'not the password at all' });
    expect([wrong.status, flowOn(wrong)]).toEqual([401, flow]);
    expect(wrong.text).not.toContain('not the password');
    expect(browser.secret).toBe('');

    await browser.submit('/account/link', { flow, password: PASSWORD });
    expect(await subjectOf(browser)).toBe(owner.id);
    expect(await linkedTo(owner.id)).toEqual([gina.subject]);
    expect(await outcomesOf('LinkIdentity')).toEqual(['OK']);
    // Google has verified the address, and gives it out.
    const { accessToken } = await auth.sessions.exchange(browser.secret);
    expect((await auth.getAccount(accessToken)).account?.emailVerified).toBe(true);
    await mailTo(owner.email, LINKED);

    const later = newBrowser();
    await later.signIn('google', fakes.google, gina.subject);
    expect(await subjectOf(later)).toBe(owner.id);
  });

  it('is not linked by a password that was right a moment ago, twice, late, or in another browser', async () => {
    const owner = await registered('gina@gmail.com');
    const flow = flowOn(await browser.signIn('google', fakes.google, gina.subject));
    const send = (from: LoginBrowser) => from.submit('/account/link', { flow, password: PASSWORD });
    expect(reasonOn(await send(newBrowser()))).toBe('LOGIN_FLOW_INVALID');
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(browser)));
    expect(answers.map(reasonOn).filter((reason) => reason === 'LOGIN_FLOW_INVALID')).toHaveLength(4);
    expect(await linkedTo(owner.id)).toEqual([gina.subject]);

    await auth.database.sql`delete from identity`;
    const late = flowOn(await browser.signIn('google', fakes.google, gina.subject));
    await auth.database.sql`update login_flow set expires_at = clock_timestamp()`;
    const answer = await browser.submit('/account/link', { flow: late, password: PASSWORD });
    expect(reasonOn(answer)).toBe('LOGIN_FLOW_INVALID');
    expect(await linkedTo(owner.id)).toEqual([]);
  });

  it('stays its owner’s whoever made the account before them: the password is not theirs, the mail is', async () => {
    const attacker = await registered('gina@gmail.com');
    await linkedIdentity(auth.database, attacker.id);
    const page = await browser.signIn('google', fakes.google, gina.subject);
    expect(page.url.pathname).toBe('/account/link');
    expect(browser.secret).toBe('');
  });
});

describe('the address of somebody else', () => {
  /** What whoever signs in with it sees, and what is done. */
  async function attack(provider: string, fake: FakeProvider) {
    const attacker = newBrowser();
    const page = await attacker.signIn(provider, fake, olga.subject);
    return { status: page.status, path: page.url.pathname, text: page.text, secret: attacker.secret };
  }

  it.each([
    ['google', () => fakes.google],
    ['corp', () => fakes.google],
    ['github', () => fakes.github],
  ])('at %s signs in to no account, and tells nobody that there is one', async (name, fake) => {
    const victim = await registered('ursula@example.com');
    fake().fault = 'victim-email';
    const taken = await attack(name, fake());
    expect(taken).toMatchObject({ status: 200, path: '/account/verify', secret: '' });
    expect(await linkedTo(victim.id)).toEqual([]);
    await mailTo(victim.email, 'You have an account already');

    await auth.database.sql`delete from account`;
    expect(await attack(name, fake())).toEqual(taken);
    // Nor the next time, when the attacker's own account waits for the victim's word.
    expect(await attack(name, fake())).toEqual(taken);
    await mailTo(victim.email, 'Verify your address');
  });

  it('is the same work, with an account and without', async () => {
    const { append } = auth.context.outbox;
    const { append: record } = auth.context.audit;
    const work: string[] = [];
    auth.context.outbox.append = function (tx, event) {
      work.push('outbox');
      return append.call(this, tx, event);
    };
    auth.context.audit.append = function (tx, event) {
      work.push('audit');
      return record.call(this, tx, event);
    };
    fakes.github.fault = 'victim-email';
    await attack('github', fakes.github);
    const free = work.splice(0);
    await auth.database.sql`delete from account`;
    await registered('ursula@example.com');
    work.length = 0;
    await attack('github', fakes.github);
    expect(work.sort()).toEqual(free.sort());
    Object.assign(auth.context.outbox, { append });
    Object.assign(auth.context.audit, { append: record });
  });

  it('is its owner’s after a password reset, and the attacker is out', async () => {
    fakes.github.fault = 'victim-email';
    await attack('github', fakes.github);
    const accounts = accountCalls(auth.service.port);
    await accounts.requestReset('ursula@example.com');
    await accounts.reset(
      codeIn(await mailTo('ursula@example.com', 'Set a new password')),
      'a lantern under the bridge',
    );
    accounts.close();
    const [account] = await auth.database.sql<{ id: string }[]>`select id from account`;
    expect(await linkedTo(account!.id)).toEqual([]);
    expect(await attack('github', fakes.github)).toMatchObject({ path: '/account/verify', secret: '' });
  });
});

describe('an account whose address the provider is not authoritative for', () => {
  it('is signed in to once the mail was read', async () => {
    const page = await browser.signIn('github', fakes.github, olga.subject, '?next=%2Faccount%2Fapps');
    expect(page.url.pathname).toBe('/account/verify');
    expect(browser.secret).toBe('');
    const [first] = await codesTo('olga@elsewhere.example', 1);
    const again = await newBrowser().signIn('github', fakes.github, olga.subject);
    expect(again.text).toBe(page.text);
    expect(await outcomesOf('SignInWithProvider')).toEqual(expect.arrayContaining(['EMAIL_NOT_VERIFIED']));

    const wrong = await browser.submit('/account/verify', { code: 'a'.repeat(43) });
    expect([wrong.status, wrong.text.includes('role="alert"')]).toEqual([400, true]);
    // The code that was asked for last is the good one.
    const code = (await codesTo('olga@elsewhere.example', 2)).find((one) => one !== first)!;
    expect((await browser.submit('/account/verify', { code: ` ${code} ` })).status).toBe(200);
    const { text } = await browser.signIn('github', fakes.github, olga.subject, '?next=%2Faccount%2Fapps');
    expect(text).toContain('content="0; url=/account/apps"');
    expect(browser.secret).not.toBe('');
  });
});

describe('linking', () => {
  let owner: { id: string; email: string };
  beforeEach(async () => {
    owner = await registered('owner@gatehouse.test');
    await signedInAs(owner.email);
  });

  const begin = () => browser.submit('/account/identities/link', { provider: 'github' });
  const ticketOn = ({ text }: { readonly text: string }) =>
    /content="0; url=(\/login\/github\?ticket=[\w-]{43})"/.exec(text)?.[1] ?? '';

  it('is begun and confirmed on pages of ours, and shows what is linked to what', async () => {
    fakes.github.signsIn = gina.subject;
    const page = await browser.open(ticketOn(await begin()));
    expect([page.status, page.url.pathname]).toEqual([200, '/account/link']);
    for (const text of ['GitHub', 'gina@gmail.com', owner.email]) expect(page.text).toContain(text);
    expect(page.text).not.toContain('name="password"');
    expect(await linkedTo(owner.id)).toEqual([]);
    const before = browser.secret;
    const list = await browser.submit('/account/link', { flow: flowOn(page) });
    expect([list.url.pathname, browser.secret]).toEqual(['/account/identities', before]);
    expect(list.text).toContain('gina@gmail.com');
    expect(await linkedTo(owner.id)).toEqual([gina.subject]);
    expect(await outcomesOf('BeginLinking')).toEqual(['OK']);
    await mailTo(owner.email, LINKED);
    const later = newBrowser();
    await later.signIn('github', fakes.github, gina.subject);
    expect(await subjectOf(later)).toBe(owner.id);
    // Once more is no harm.
    const again = await browser.open(ticketOn(await begin()));
    expect(again.text).toContain('content="0; url=/account/identities"');
  });

  it('is begun by a call with a session that is young, and with nothing else', async () => {
    const { accessToken } = await auth.sessions.exchange(browser.secret);
    const { path } = await identities.beginLinking('github', accessToken);
    expect(path).toMatch(/^\/login\/github\?ticket=[\w-]{43}$/);
    expect(await reasonOf(identities.beginLinking('nobody', accessToken))).toBe('PROVIDER_UNKNOWN');
    const { accessToken: ofFamily } = await auth.login(owner.email);
    expect(await reasonOf(identities.beginLinking('github', ofFamily))).toBe('CREDENTIAL_NOT_ADMITTED');
    await auth.database.sql`update session set created_at = created_at - interval '16 minutes'`;
    const { accessToken: old } = await auth.sessions.exchange(browser.secret);
    expect(await reasonOf(identities.beginLinking('github', old))).toBe('SIGN_IN_TOO_OLD');
    const page = await begin();
    expect([page.status, reasonOn(page)]).toEqual([401, 'SIGN_IN_TOO_OLD']);
    expect((await browser.open('/account/identities')).text).toContain('Sign in again');
  });

  it('needs the session that asked, in the browser that was at the provider', async () => {
    fakes.github.signsIn = gina.subject;
    const ticket = ticketOn(await begin());
    // An attacker's ticket in the browser of somebody else, signed in or not, links nothing of theirs.
    const victim = newBrowser();
    const flow = flowOn(await victim.open(ticket));
    expect(flow).not.toBe('');
    expect(reasonOn(await victim.submit('/account/link', { flow }))).toBe('LOGIN_FLOW_INVALID');
    const other = await registered('other@gatehouse.test');
    victim.secret = (await auth.sessions.create(other.email, PASSWORD)).secret;
    expect(reasonOn(await victim.submit('/account/link', { flow }))).toBe('LOGIN_FLOW_INVALID');
    expect(reasonOn(await browser.submit('/account/link', { flow }))).toBe('LOGIN_FLOW_INVALID');
    expect([...(await linkedTo(owner.id)), ...(await linkedTo(other.id))]).toEqual([]);
  });

  it('ends with the session that asked', async () => {
    fakes.github.signsIn = gina.subject;
    const flow = flowOn(await browser.open(ticketOn(await begin())));
    await auth.database.sql`update session set ended_at = clock_timestamp()`;
    expect(reasonOn(await browser.submit('/account/link', { flow }))).toBe('LOGIN_FLOW_INVALID');
    expect(await linkedTo(owner.id)).toEqual([]);
  });

  it('takes a ticket once, at its provider, in time', async () => {
    fakes.github.signsIn = gina.subject;
    const ticket = ticketOn(await begin());
    expect(reasonOn(await browser.open(ticket.replace('/github', '/google')))).toBe('LOGIN_FLOW_INVALID');
    expect(flowOn(await browser.open(ticket))).not.toBe('');
    expect(reasonOn(await browser.open(ticket))).toBe('LOGIN_FLOW_INVALID');
    const late = ticketOn(await begin());
    await auth.database.sql`update login_flow set expires_at = clock_timestamp()`;
    expect(reasonOn(await browser.open(late))).toBe('LOGIN_FLOW_INVALID');
    expect(reasonOn(await browser.open('/login/github?ticket=x'))).toBe('LOGIN_FLOW_INVALID');
  });

  it('is not asked for by a page of another site', async () => {
    fakes.github.signsIn = gina.subject;
    const flow = flowOn(await browser.open(ticketOn(await begin())));
    const headers = { 'sec-fetch-site': 'cross-site' };
    for (const [path, form] of [
      ['/account/link', { flow }],
      ['/account/identities/link', { provider: 'github' }],
      ['/account/identities/unlink', { id: 'x' }],
      ['/account/verify', { code: 'x' }],
    ] as const) {
      const page = await browser.visit(`https://auth.gatehouse.test${path}`, { form, headers });
      expect([page.status, reasonOn(page)]).toEqual([403, 'FOREIGN_FORM']);
    }
    expect(await linkedTo(owner.id)).toEqual([]);
  });

  it('takes no identity from another account', async () => {
    const other = newBrowser();
    await other.signIn('google', fakes.google, gina.subject);
    fakes.google.signsIn = gina.subject;
    const { text } = await browser.submit('/account/identities/link', { provider: 'google' });
    const page = await browser.open(/url=(\/login\/google\?ticket=[\w-]+)/.exec(text)![1]!);
    expect([page.status, reasonOn(page)]).toEqual([409, 'IDENTITY_LINKED_ELSEWHERE']);
    expect(await linkedTo(owner.id)).toEqual([]);
  });

  it('has an end at ten', async () => {
    for (let count = 0; count < 10; count++) await linkedIdentity(auth.database, owner.id);
    fakes.github.signsIn = gina.subject;
    const flow = flowOn(await browser.open(ticketOn(await begin())));
    expect(reasonOn(await browser.submit('/account/link', { flow }))).toBe('IDENTITY_LIMIT');
    expect(await linkedTo(owner.id)).toHaveLength(10);
  });

  it('is undone on the page, and the last way in has no button', async () => {
    const id = await linkedIdentity(auth.database, owner.id, 'own@elsewhere.example');
    const page = await browser.open('/account/identities');
    expect(page.text).toContain(`name="id" value="${id}"`);
    await browser.submit('/account/identities/unlink', { id });
    expect(await linkedTo(owner.id)).toEqual([]);
    expect(reasonOn(await browser.submit('/account/identities/unlink', { id }))).toBe('IDENTITY_UNKNOWN');
    expect(reasonOn(await browser.submit('/account/identities/unlink', { id: 'x' }))).toBe(
      'IDENTITY_UNKNOWN',
    );
    const last = await linkedIdentity(auth.database, owner.id);
    await auth.database.sql`update account set password_hash = null`;
    expect((await browser.open('/account/identities')).text).not.toContain(last);
    expect(reasonOn(await browser.submit('/account/identities/unlink', { id: last }))).toBe('LAST_WAY_IN');
  });
});
