import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { PATIENCE_MS } from '../client/patience.js';
import { RestClient, succeeded } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';
import { signInDemo } from '../system/system-facts.js';

const CHROMIUM = '/usr/bin/chromium';
const available = existsSync(CHROMIUM);
if (!available)
  process.stdout.write(
    `skipped: the walk through the example is tried with ${CHROMIUM}, which is not here\n`,
  );

const EXAMPLE = fileURLToPath(new URL('../../../examples/third-party-app', import.meta.url));

const system = sharedSystem();
const { gateway } = system.addresses;
const ada = system.accounts.find(({ roles }) => roles.at(-1) === 'admin')!;

let app: ChildProcess;
let appUrl: string;
let browser: Browser;
let page: Page;

/** Starts the example as its README says. @returns where it says that it is */
async function start(clientId: string): Promise<string> {
  const parameters = ['--client', clientId, '--issuer', gateway, '--port', '0'];
  app = spawn(process.execPath, [`${EXAMPLE}/src/main.mjs`, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(app.stdout!, 'data')) as [Buffer];
  return /http:\S+/.exec(line.toString())?.[0] ?? '';
}

const headings = () => page.locator('h1').allInnerTexts();
const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();

(available ? describe : describe.skip)('an app of somebody else’s, in a browser without scripts', () => {
  beforeAll(async () => {
    const rest = new RestClient(gateway).as((await signInDemo(system, 'admin')).accessToken);
    const client = JSON.parse(await readFile(`${EXAMPLE}/client.json`, 'utf8')) as Record<string, unknown>;
    const made = await rest.post<{ client: { id: string; dpopBoundAccessTokens: boolean } }>(
      '/v1/clients',
      client,
    );
    const { id, dpopBoundAccessTokens } = succeeded(made).client;
    // Without proofs it would get nothing, and the walk would end at once.
    expect(dpopBoundAccessTokens).toBe(true);
    appUrl = await start(id);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    });
    page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    app?.kill();
  });

  it('asks a person who signs in, in the words of the contract, and gets nothing before they allow it', async () => {
    await page.goto(appUrl);
    await press('Connect your Gatehouse account');
    await page.getByLabel('Email').fill(ada.email);
    await page.getByLabel('Password').fill(ada.password);
    await press('Sign in');
    expect(await headings()).toEqual(['Connect Reading list']);
    expect(await page.locator('#asked').innerText()).toContain('View resources');
    await press('Cancel');
    expect(await headings()).toEqual(['Not connected']);
  });

  it('lists what they keep once they do, and asks nobody to sign in twice', async () => {
    await page.goto(appUrl);
    await press('Connect your Gatehouse account');
    await press('Allow');
    expect(page.url()).toBe(`${appUrl}/`);
    expect(await page.locator('li').count()).toBeGreaterThan(0);
  });

  it('is refused a delete that it was not granted, though the person may delete', async () => {
    await press('Delete');
    expect(await page.locator('p').first().innerText()).toContain('403 PERMISSION_MISSING');
  });

  it('stands in their connected apps, and is refused within a second of being disconnected there', async () => {
    await page.goto(`${gateway}/account/apps`);
    expect(await page.locator('h2').allInnerTexts()).toContain('Reading list');
    await press('Disconnect');
    expect(await page.locator('h2').allInnerTexts()).not.toContain('Reading list');
    await eventually(async () => {
      await page.goto(appUrl);
      expect(await headings()).toEqual(['Not connected any more']);
    }, PATIENCE_MS);
  });
});
