import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signInAs, withSession, type BrowserSession } from '../client/browser-session.js';
import { hasChromium, launchChromium } from '../client/chromium.js';
import { newPerson, type Person } from '../client/person.js';
import { RestClient, SESSION_COOKIE } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';

const url = sharedSystem().addresses.gateway;
const rest = new RestClient(url);

let browser: Browser;
let elsewhere: Server;
let context: BrowserContext;
let page: Page;
let person: Person;
let other: BrowserSession;

/** What a page asks for with fetch. */
interface PageRequest {
  readonly method: string;
  readonly mode: 'cors' | 'no-cors';
  readonly credentials: 'include';
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** A form with one field, which sends `name=value` as plain text. */
interface PageForm {
  readonly action: string;
  readonly name: string;
  readonly value: string;
}

function foreignPage(form: URLSearchParams): string {
  const attribute = (name: keyof PageForm) => `"${(form.get(name) ?? '').replaceAll('"', '&quot;')}"`;
  return `<!doctype html><title>Another origin</title>
    <form method="post" enctype="text/plain" action=${attribute('action')}>
      <input type="hidden" name=${attribute('name')} value=${attribute('value')}><button>Win</button>
    </form>`;
}

const inBrowser = hasChromium('what browsers do') ? describe : describe.skip;

inBrowser('in a browser', () => {
  beforeAll(async () => {
    elsewhere = createServer(({ url: target = '' }, response) => {
      const form = new URLSearchParams(target.slice(target.indexOf('?')));
      response.setHeader('content-type', 'text/html').end(foreignPage(form));
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  beforeEach(async () => {
    person = await newPerson(rest, 'Wanda');
    other = await signInAs(rest, person);
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(() => context.close());

  /** What a call of a page comes to, with whatever cookies the browser adds; 0 when the page learns nothing. */
  function call(method: string, target: string, body?: object, mode: 'cors' | 'no-cors' = 'cors') {
    const type = mode === 'cors' ? 'application/json' : 'text/plain';
    const request: PageRequest = {
      method,
      mode,
      credentials: 'include',
      headers: { 'content-type': type },
      ...(body && { body: JSON.stringify(body) }),
    };
    return page.evaluate(
      async ([to, init]) => {
        try {
          const response = await fetch(to, init);
          return { status: response.status, text: await response.text() };
        } catch {
          return { status: 0, text: '' };
        }
      },
      [url + target, request] as const,
    );
  }

  const openOurs = () => page.goto(`${url}/docs`, { waitUntil: 'domcontentloaded' });

  async function signIn(): Promise<void> {
    await openOurs();
    const { email, password } = person;
    expect((await call('POST', '/v1/sessions', { email, password })).status).toBe(200);
  }

  it('a page of ours signs in, calls with the cookie, cannot see it and signs out', async () => {
    await signIn();
    const [cookie, ...others] = await context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: SESSION_COOKIE, httpOnly: true, secure: true, sameSite: 'Strict' });
    const me = await call('GET', '/v1/accounts/me');
    expect(me.status).toBe(200);
    expect(JSON.parse(me.text)).toMatchObject({ id: person.subject });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).toBe('{}');
    expect((await call('DELETE', '/v1/sessions/current')).status).toBe(200);
    expect(await context.cookies()).toEqual([]);
    expect((await call('GET', '/v1/accounts/me')).status).toBe(401);
  });

  // Another port is the same site, so that the browser adds the cookie; another host is not.
  describe.each(['127.0.0.1', 'localhost'])('a page at another port of %s', (host) => {
    const goElsewhere = (form: PageForm = { action: '', name: '', value: '' }) => {
      const { port } = elsewhere.address() as AddressInfo;
      return page.goto(`http://${host}:${port}/?${new URLSearchParams({ ...form }).toString()}`);
    };

    /** Posts a form whose plain text is JSON, and answers with the status of the page that comes. */
    async function submit(target: string, body: object): Promise<number | undefined> {
      const name = `${JSON.stringify({ ...body, filler: '' }).slice(0, -2)}`;
      await goElsewhere({ action: url + target, name, value: '"}' });
      const [response] = await Promise.all([
        page.waitForResponse((arrived) => arrived.url() === url + target),
        page.locator('button').click(),
      ]);
      await page.waitForURL(url + target);
      return response.status();
    }

    it('reads nothing with the cookie, and changes nothing, neither by a form nor by fetch', async () => {
      await signIn();
      await goElsewhere();
      expect(await call('GET', '/v1/accounts/me')).toEqual({ status: 0, text: '' });
      expect((await call('POST', '/v1/sessions:endOthers', {})).status).toBe(0);
      expect((await call('POST', '/v1/sessions:endOthers', {}, 'no-cors')).status).toBe(0);
      expect((await call('DELETE', '/v1/sessions/current')).status).toBe(0);
      expect(await submit('/v1/sessions:endOthers', {})).toBeGreaterThanOrEqual(400);

      expect((await withSession(rest, other).get('/v1/accounts/me')).status).toBe(200);
      await openOurs();
      expect((await call('GET', '/v1/accounts/me')).status).toBe(200);
    });

    it('signs nobody in', async () => {
      const { email, password } = person;
      await goElsewhere();
      await call('POST', '/v1/sessions', { email, password }, 'no-cors');
      expect(await submit('/v1/sessions', { email, password })).toBe(403);
      expect(await context.cookies()).toEqual([]);
    });
  });
});
