import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientKind, GrantType } from '@gatehouse/contracts/auth';
import * as openid from 'openid-client';
import type { SpecBrowser } from '../spec/browser.js';
import {
  faultOf,
  hiddenFields,
  oauthParty,
  postAs,
  visitPages,
  type OauthParty,
  type Person,
} from '../spec/oauth-party.js';
import { claimsOf, ISSUER } from '../spec/running-auth.js';
import { twoReplicas, type TwoReplicas } from '../spec/two-replicas.js';

let replicas: TwoReplicas;
let auth: TwoReplicas['auth'];
let device: OauthParty;

beforeAll(async () => {
  replicas = await twoReplicas({ GATEHOUSE_LIMIT_SCALE: '1' });
  ({ auth } = replicas);
  device = await oauthParty(
    auth,
    {
      kind: ClientKind.NATIVE,
      grantTypes: [GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN],
      redirectUris: [],
    },
    replicas.nextPort,
  );
});
afterAll(() => replicas.close());

const begin = () =>
  openid.initiateDeviceAuthorization(device.config, { scope: 'openid offline_access resources:read' });
/** One question, as a device asks it again and again. */
const poll = async ({ device_code: code }: { readonly device_code: string }) => {
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code };
  return (await postAs(device, replicas.nextPort(), '/oauth2/token', form)).body;
};

/** Fills in the form of a page as it stands there. */
const submit = (browser: SpecBrowser, page: string, more: Readonly<Record<string, string>>) =>
  browser.post('/device', { ...hiddenFields(page), ...more });

/** Enters a code, and goes on to where it leads. @returns the last page */
async function enter(browser: SpecBrowser, userCode: string, answer: Readonly<Record<string, string>> = {}) {
  const asked = await browser.get('/device');
  const confirm = await submit(browser, asked.text, { user_code: userCode });
  return confirm.text.includes('name="confirm"') ? submit(browser, confirm.text, answer) : confirm;
}

/** What a person does who has a device before them. @returns the page at the end */
async function connect(browser: SpecBrowser, userCode: string, person: Person): Promise<string> {
  const entered = await enter(browser, userCode);
  const at = await visitPages(browser, new URL(entered.headers.location ?? '', ISSUER), person);
  return at.href;
}

/** As if so much time had gone by for the devices that ask. */
const wait = (seconds: number) => auth.database.sql`
  update oauth_artifact set next_poll_at = next_poll_at - ${seconds} * interval '1 second'`;

describe('a device', () => {
  it('is connected by a person elsewhere, who compares its code and consents', async () => {
    const person = await auth.signedIn();
    const asked = await begin();
    expect(asked.user_code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect(asked.verification_uri).toBe(`${ISSUER}/device`);
    expect((await poll(asked))['error']).toBe('authorization_pending');
    await connect(replicas.newBrowser(), asked.user_code, person);
    const tokens = await poll(asked);
    expect(claimsOf(String(tokens['access_token']))).toMatchObject({
      sub: person.id,
      client_id: device.id,
      credential: 'grant',
      scope: 'resources:read',
    });
    expect(tokens).toMatchObject({ refresh_token: expect.any(String), id_token: expect.any(String) });
    expect((await poll(asked))['error']).toBe('invalid_grant');
  });

  it('is not connected by a link alone: the code stands in the form, and nothing is sent', async () => {
    const asked = await begin();
    const { pathname, search } = new URL(asked.verification_uri_complete!);
    const browser = replicas.newBrowser();
    const { text } = await browser.get(pathname + search);
    expect(text).toContain(`value="${asked.user_code}"`);
    expect(text).not.toContain('<script');
    expect((await poll(asked))['error']).toBe('authorization_pending');
  });

  it('is told when the person does not want it', async () => {
    const asked = await begin();
    const page = await enter(replicas.newBrowser(), asked.user_code, { abort: 'yes' });
    expect(page.status).toBe(200);
    expect((await poll(asked))['error']).toBe('access_denied');
  });

  it('is told to slow down when it asks too soon, at any replica, and has to wait longer from then on', async () => {
    const asked = await begin();
    const errorAfter = async (seconds: number) => {
      await wait(seconds);
      return (await poll(asked))['error'];
    };
    expect(await errorAfter(0)).toBe('authorization_pending');
    expect(await errorAfter(5)).toBe('authorization_pending');
    expect(await errorAfter(1)).toBe('slow_down');
    expect(await errorAfter(6)).toBe('slow_down');
    expect(await errorAfter(15)).toBe('authorization_pending');
    expect(await errorAfter(11)).toBe('slow_down');
  });

  it('asks in time once, however often it asks at the same time', async () => {
    const asked = await begin();
    const answers = await Promise.all(Array.from({ length: 10 }, () => poll(asked)));
    const errors = answers.map(({ error }) => error).sort();
    expect(errors).toEqual(['authorization_pending', ...Array<string>(9).fill('slow_down')]);
  });

  it('is connected by one of those who confirm its code at the same time', async () => {
    const asked = await begin();
    const windows = Array.from({ length: 5 }, async () => {
      const browser = replicas.newBrowser();
      const { text } = await browser.get('/device');
      return { browser, page: (await submit(browser, text, { user_code: asked.user_code })).text };
    });
    const open = await Promise.all(windows);
    const answers = await Promise.all(open.map(({ browser, page }) => submit(browser, page, {})));
    expect(answers.filter(({ headers }) => headers.location !== undefined)).toHaveLength(1);
  });

  it('is connected by nobody else’s form', async () => {
    const asked = await begin();
    const browser = replicas.newBrowser();
    const { text } = await browser.get('/device');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const form = { xsrf, user_code: asked.user_code, confirm: 'yes' };
    const foreign = { method: 'POST', form, headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await browser.send('/device', foreign)).status).toBe(403);
    const stolen = await replicas.newBrowser().post('/device', form);
    expect(stolen.headers.location).toBeUndefined();
    expect((await poll(asked))['error']).toBe('authorization_pending');
  });

  it('has a code that is not guessed: after thirty nothing is looked up', async () => {
    const browser = replicas.newBrowser();
    const { text } = await browser.get('/device');
    const statuses = new Set<number>();
    for (let guess = 0; guess < 31; guess++) {
      const code = `BBBB-BBB${'BCDFGHJKLMNPQRSTVWXZ'[guess % 20]}`;
      statuses.add((await submit(browser, text, { user_code: code })).status);
    }
    expect(statuses).toEqual(new Set([200, 429]));
    const asked = await begin();
    const right = await submit(browser, text, { user_code: asked.user_code });
    expect(right.status).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('leaves nothing for longer than an hour of whoever only looks at the page', async () => {
    const { sql } = auth.database;
    const lasting = () => sql`select from oauth_artifact where expires_at > now() + interval '61 minutes'`;
    await sql`delete from oauth_artifact`;
    await replicas.newBrowser().get('/device');
    expect(await sql`select from oauth_artifact`).toHaveLength(1);
    expect(await lasting()).toHaveLength(0);
  });

  it('keeps no code of it that could be read', async () => {
    const asked = await begin();
    const rows = await auth.database.sql<
      { text: string }[]
    >`select oauth_artifact::text as text from oauth_artifact`;
    const dump = rows.map(({ text }) => text).join();
    const hex = (text: string) => Buffer.from(text).toString('hex');
    for (const secret of [asked.user_code.replace('-', ''), asked.device_code]) {
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(hex(secret));
    }
    expect(await faultOf(openid.refreshTokenGrant(device.config, asked.device_code))).toBe('invalid_grant');
  });
});
