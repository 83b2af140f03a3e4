import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hasChromium, launchChromium } from '../client/chromium.js';
import { Mailbox } from '../client/mailbox.js';
import { PATIENCE_MS } from '../client/patience.js';
import { RestClient, SESSION_COOKIE } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';

interface Account {
  readonly id: string;
  readonly email: string;
  readonly passwordSet: boolean;
}

const { accounts, addresses, logFolder, mailFolder } = sharedSystem();
const url = addresses.gateway;
/** The demo user, whose address the fakes can be told to claim. */
const ursula = accounts.find(({ email }) => email === 'ursula@example.com')!;

let browser: Browser;
let context: BrowserContext;
let page: Page;

const isPossible = hasChromium('signing in with others') && addresses.providers.length > 0;
const inBrowser = isPossible ? describe : describe.skip;

inBrowser('signing in with Google and GitHub', () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    context = await browser.newContext({ javaScriptEnabled: false });
    page = await newPage(context);
  });
  afterEach(() => context.close());

  async function newPage(of: BrowserContext): Promise<Page> {
    const made = await of.newPage();
    made.setDefaultTimeout(PATIENCE_MS);
    return made;
  }

  /** Signs in on the page of a fake. */
  async function choose(person: string, fault = ''): Promise<void> {
    await page.locator('select').selectOption(fault);
    await page.getByRole('button', { name: person }).click();
  }

  async function continueWith(provider: string, person: string, fault?: string): Promise<void> {
    await page.goto(`${url}/login`);
    await page.getByRole('link', { name: `Continue with ${provider}` }).click();
    await choose(person, fault);
  }

  async function signInByPassword(): Promise<void> {
    await page.getByLabel('Email').fill(ursula.email);
    await page.getByLabel('Password').fill(ursula.password);
    await submit('Sign in');
    await arriveAt('/account');
  }

  const cookieOf = async () => (await context.cookies()).find(({ name }) => name === SESSION_COOKIE);
  const sessionOf = async () =>
    new RestClient(url).showing({ kind: 'session', secret: (await cookieOf())!.value });
  const account = async () => (await (await sessionOf()).get<Account>('/v1/accounts/me')).body;
  const arriveAt = (path: string) => page.waitForURL((at) => at.pathname === path);
  const submit = (name: string) => page.getByRole('button', { name }).click();

  it('makes an account of a first sign-in, and the browser is signed in as by a password', async () => {
    await continueWith('Google', 'Gina');
    await arriveAt('/account');
    expect(await page.textContent('main')).toContain('gina@gmail.com');
    expect(await cookieOf()).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(await account()).toMatchObject({ email: 'gina@gmail.com', passwordSet: false });
  });

  it('links and unlinks what signs in, on a page of ours', async () => {
    await continueWith('Google', 'Wes');
    await arriveAt('/account');
    const { id } = await account();
    await page.getByRole('link', { name: 'Ways to sign in' }).click();
    await submit('Link GitHub');
    await choose('Olga');
    await arriveAt('/account/link');
    expect(await page.textContent('main')).toMatch(/Olga Octocat.*wes@corp\.example/s);
    await submit('Link');
    await arriveAt('/account/identities');
    const rest = await sessionOf();
    const { body } = await rest.get<{ identities: { provider: string }[] }>('/v1/identities');
    expect(body.identities.map(({ provider }) => provider)).toEqual(['google', 'github']);

    await page.goto(`${url}/account`);
    await submit('Sign out');
    await continueWith('GitHub', 'Olga');
    await arriveAt('/account');
    expect((await account()).id).toBe(id);
    await page.goto(`${url}/account/identities`);
    await submit('Unlink Google');
    await arriveAt('/account/identities');
    expect(await page.textContent('main')).not.toContain('wes@corp.example');
    expect(await page.getByRole('button', { name: 'Unlink GitHub' }).count()).toBe(0);
    await new Mailbox(mailFolder, 'wes@corp.example').mail('A way to sign in to your account was removed');
  });

  it('asks for a mail to be read where the provider does not give the mailbox out', async () => {
    await continueWith('GitHub', 'Max');
    await arriveAt('/account/verify');
    expect(await cookieOf()).toBeUndefined();
    const code = await new Mailbox(mailFolder, 'max@elsewhere.example').code('Verify your address');
    await page.getByLabel('Code').fill(code);
    await submit('Verify the address');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Continue with GitHub' }).click();
    await choose('Max');
    await arriveAt('/account');
    expect(await account()).toMatchObject({ email: 'max@elsewhere.example', emailVerified: true });
  });

  it('leads nobody to the account of whose address the provider calls theirs', async () => {
    await continueWith('Google', 'Elsa', 'victim-email');
    await arriveAt('/account/verify');
    expect(await cookieOf()).toBeUndefined();
    await page.goto(`${url}/login`);
    await signInByPassword();
    expect((await (await sessionOf()).get('/v1/identities')).body).toMatchObject({ identities: [] });
  });

  it('says what became of it where a provider is at fault, and offers the other ways', async () => {
    await continueWith('Google', 'Gina', 'wrong-signature');
    await arriveAt('/login/callback/google');
    expect(await page.textContent('main')).toContain('PROVIDER_ANSWER_REFUSED');
    expect(await cookieOf()).toBeUndefined();
    await page.getByRole('link', { name: 'sign in another way' }).click();
    await signInByPassword();
  });

  it('is finished with keys that the provider has changed meanwhile', async () => {
    await continueWith('Google', 'Gina', 'rotated-keys');
    await arriveAt('/account');
  });

  it('is finished in the browser that began it, once, and no log has the answer', async () => {
    await continueWith('Google', 'Gina', 'lost-callback');
    const answer = (await page.getByRole('link').getAttribute('href'))!;
    const elsewhere = await browser.newContext({ javaScriptEnabled: false });
    const victim = await newPage(elsewhere);
    await victim.goto(answer);
    expect(await victim.textContent('main')).toContain('LOGIN_FLOW_INVALID');
    expect((await elsewhere.cookies()).map(({ name }) => name)).not.toContain(SESSION_COOKIE);
    await elsewhere.close();
    await page.goto(answer);
    await arriveAt('/account');
    await page.goto(answer);
    expect(await page.textContent('main')).toContain('LOGIN_FLOW_INVALID');

    const { searchParams } = new URL(answer);
    for (const name of await readdir(logFolder)) {
      const log = await readFile(join(logFolder, name), 'utf8');
      for (const secret of ['code', 'state'])
        expect([name, log.includes(searchParams.get(secret)!)]).toEqual([name, false]);
    }
  });
});
