import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { serveExchange, specSecret } from '../spec/spec-credentials.js';
import { PAGE_CREDENTIALS, serveLogin } from '../spec/spec-login.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const CHROMIUM = '/usr/bin/chromium';
const ID = '0190b0a0-0000-7000-8000-000000000001';
const available = existsSync(CHROMIUM);
if (!available)
  process.stdout.write(`skipped: the docs page is tested with ${CHROMIUM}, which is not here\n`);

let gateway: SpecGateway;
let browser: Browser;

beforeAll(async () => {
  gateway = await startSpecGateway();
  serveLogin(gateway);
  if (!available) return;
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await gateway.stop();
});

/** What a page did that it should not have. */
interface Watch {
  readonly foreign: string[];
  readonly violations: string[];
  readonly errors: string[];
}

async function openDocs(owner: Browser | BrowserContext = browser): Promise<{ page: Page; watch: Watch }> {
  const page = await owner.newPage();
  const watch: Watch = { foreign: [], violations: [], errors: [] };
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(gateway.url) && !url.startsWith('data:')) watch.foreign.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') watch.violations.push(message.text());
  });
  page.on('pageerror', (error) => watch.errors.push(error.message));
  await page.goto(`${gateway.url}/docs`);
  await page.locator('.opblock').first().waitFor();
  return { page, watch };
}

const operation = (page: Page, id: string): Locator => page.locator(`.opblock[id$="-${id}"]`);

async function execute(block: Locator): Promise<string> {
  await block.locator('button.execute').click();
  const status = block.locator('.live-responses-table .response .response-col_status');
  await status.first().waitFor();
  return ((await status.first().textContent()) ?? '').trim();
}

async function logIn(page: Page): Promise<string> {
  const block = operation(page, 'TokenService_Login');
  await block.locator('.opblock-summary-control').click();
  await block.locator('textarea.body-param__text').fill(JSON.stringify(PAGE_CREDENTIALS));
  expect(await execute(block)).toMatch(/^200/);
  const body = (await block.locator('.live-responses-table .highlight-code').first().textContent()) ?? '';
  return /"accessToken":\s*"([^"]+)"/.exec(body)?.[1] ?? '';
}

async function readResource(page: Page): Promise<string> {
  const block = operation(page, 'ResourceService_GetResource');
  if (!(await block.locator('button.execute').isVisible()))
    await block.locator('.opblock-summary-control').click();
  await block.locator('input[placeholder="id"]').fill(ID);
  return execute(block);
}

const inBrowser = available ? describe : describe.skip;

inBrowser('the docs page in a browser', () => {
  it('shows every operation without a request to anybody else or a broken policy', async () => {
    const { page, watch } = await openDocs();
    const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const count = Object.values(document.paths).flatMap((item) => Object.keys(item)).length;
    expect(await page.locator('.opblock').count()).toBe(count);
    expect(watch).toEqual({ foreign: [], violations: [], errors: [] });
    await page.close();
  }, 60_000);

  it('refuses a protected method before the sign-in and serves it after', async () => {
    const { page, watch } = await openDocs();
    expect(await readResource(page)).toMatch(/^401/);
    expect(await logIn(page)).not.toBe('');
    expect(await readResource(page)).toMatch(/^200/);
    expect(watch).toMatchObject({ foreign: [], errors: [] });
    expect(watch.violations.filter((text) => /security policy/i.test(text))).toEqual([]);
    await page.close();
  }, 60_000);

  it('signs in with a cookie, and calls with it or with an access token and never with both', async () => {
    serveExchange(gateway);
    gateway.backend.behaviour.createSession = () => ({ session: undefined, sessionSecret: specSecret() });
    const context = await browser.newContext();
    const { page, watch } = await openDocs(context);
    const block = operation(page, 'SessionService_CreateSession');
    await block.locator('.opblock-summary-control').click();
    await block.locator('textarea.body-param__text').fill(JSON.stringify(PAGE_CREDENTIALS));
    expect(await execute(block)).toMatch(/^200/);
    const [cookie, ...others] = await context.cookies();
    expect(cookie).toMatchObject({ name: SESSION_COOKIE, httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(others).toEqual([]);
    expect(await readResource(page)).toMatch(/^200/);
    expect(gateway.backend.callsOf('Exchange')).toHaveLength(1);
    expect(await logIn(page)).not.toBe('');
    expect(await readResource(page)).toMatch(/^200/);
    expect(gateway.backend.callsOf('Exchange')).toHaveLength(1);
    expect(watch).toEqual({ foreign: [], violations: [], errors: [] });
    await context.close();
  }, 60_000);

  it('takes an access token that is pasted into Authorize, and forgets it', async () => {
    const { page } = await openDocs();
    await page.locator('button.authorize').first().click();
    await page
      .locator('.modal-ux input[type="text"], .modal-ux input[type="password"]')
      .first()
      .fill(gateway.accessToken());
    await page.locator('.modal-ux button.authorize').first().click();
    await page.locator('.modal-ux button.btn-done').first().click();
    expect(await readResource(page)).toMatch(/^200/);
    await page.reload();
    await page.locator('.opblock').first().waitFor();
    expect(await readResource(page)).toMatch(/^401/);
    await page.close();
  }, 60_000);
});

describe('the docs page', () => {
  it('has a policy without inline script or style', async () => {
    const answer = await gateway.send('/docs');
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const policy = answer.headers['content-security-policy'];
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy).not.toMatch(/unsafe|https?:/);
    expect(answer.text).not.toMatch(/<script>|<style|style=| on\w+=/);
  });

  it.each([
    '../package.json',
    '%2e%2e%2fpackage.json',
    'package.json',
    'constructor',
    '__proto__',
    'page.js.map',
  ])('has no file %s', async (file) => {
    expect((await gateway.send(`/docs/${file}`)).status).toBe(404);
  });
});
