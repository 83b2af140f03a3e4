import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeApiKey } from '../client/api-key.js';
import { signInAs, withSession, type BrowserSession } from '../client/browser-session.js';
import { newPerson, type Person } from '../client/person.js';
import { RestClient, SESSION_COOKIE } from '../client/rest-client.js';
import { sharedSystem } from '../system/shared-system.js';

const { addresses, production } = sharedSystem();
const url = addresses.gateway;
/** Of the gateway's own pages: in production a proxy before it speaks TLS. */
const ownOrigin = production ? url.replace('http:', 'https:') : url;
const rest = new RestClient(url);
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TEXT = { 'content-type': 'text/plain' };
const REFUSED = { status: 403, reason: 'CROSS_SITE_REQUEST' };

let person: Person;
let browser: BrowserSession;
beforeAll(async () => {
  person = await newPerson(rest, 'Carla');
  browser = await signInAs(rest, person);
});

type Headers = Readonly<Record<string, string>>;

/** A request with exactly these headers, and what it came to. */
async function send(path: string, headers: Headers, body: string) {
  const response = await fetch(url + path, { method: 'POST', headers, body });
  const { reason } = (await response.json()) as { reason?: string };
  return { status: response.status, reason, cookies: response.headers.getSetCookie() };
}

const cookie = () => ({ cookie: `${SESSION_COOKIE}=${browser.secret}` });

/** What a page of another site can make a browser send. */
const FOREIGN: readonly [string, Headers][] = [
  ['a form', { ...FORM, 'sec-fetch-site': 'cross-site' }],
  ['a form of plain text', { ...TEXT, 'sec-fetch-site': 'cross-site' }],
  ['JSON', { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }],
  ['JSON of a sibling domain', { ...JSON_TYPE, 'sec-fetch-site': 'same-site' }],
  ['a word that nobody knows', { ...JSON_TYPE, 'sec-fetch-site': 'nearby' }],
  ['an old browser’s form, with the origin hidden', { ...FORM, origin: 'null' }],
  ['JSON of an old browser, with the origin hidden', { ...JSON_TYPE, origin: 'null' }],
  ['JSON of an old browser', { ...JSON_TYPE, origin: 'https://evil.example' }],
  ['JSON from another port', { ...JSON_TYPE, origin: 'http://127.0.0.1:1' }],
  ['a form of a browser that says nothing', FORM],
  ['plain text of a browser that says nothing', TEXT],
  [
    'our origin beside a site that is not ours',
    { ...FORM, origin: ownOrigin, 'sec-fetch-site': 'cross-site' },
  ],
];

/** What our own pages, the address bar and programs send. */
const OURS: readonly [string, Headers][] = [
  ['a page of ours', { ...JSON_TYPE, origin: ownOrigin, 'sec-fetch-site': 'same-origin' }],
  ['a page of ours in an old browser', { ...JSON_TYPE, origin: ownOrigin }],
  ['the person', { ...JSON_TYPE, 'sec-fetch-site': 'none' }],
  ['a program', JSON_TYPE],
];

describe('a change with the cookie', () => {
  it.each(FOREIGN)('is refused as %s', async (_name, headers) => {
    const other = await signInAs(rest, person);
    const body = headers['content-type'] === FORM['content-type'] ? 'a=b' : '{}';
    expect(await send('/v1/sessions:endOthers', { ...headers, ...cookie() }, body)).toMatchObject(REFUSED);
    expect((await withSession(rest, other).get('/v1/accounts/me')).status).toBe(200);
  });

  it.each(OURS)('is done for %s', async (_name, headers) => {
    await signInAs(rest, person);
    expect(await send('/v1/sessions:endOthers', { ...headers, ...cookie() }, '{}')).toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['as a form', FORM, 'a=b'],
    ['as plain text', TEXT, '{}'],
  ])('is not taken %s, of our own pages either', async (_name, type, body) => {
    const headers = { ...type, ...cookie(), 'sec-fetch-site': 'same-origin' };
    expect((await send('/v1/sessions:endOthers', headers, body)).status).toBe(415);
  });
});

describe('a sign-in', () => {
  it.each(FOREIGN)('is refused as %s, and sets no cookie', async (_name, headers) => {
    const { email, password } = person;
    const outcome = await send('/v1/sessions', headers, JSON.stringify({ email, password }));
    expect(outcome).toEqual({ ...REFUSED, cookies: [] });
  });

  it.each(OURS)('is done for %s', async (_name, headers) => {
    const { email, password } = person;
    const outcome = await send('/v1/sessions', headers, JSON.stringify({ email, password }));
    expect(outcome).toMatchObject({ status: 200, cookies: [expect.stringContaining(SESSION_COOKIE)] });
  });
});

it('what no browser adds by itself is no matter of sites', async () => {
  const { accessToken } = await newPerson(rest, 'Dirk');
  const headers = { ...JSON_TYPE, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const bearer = { ...headers, authorization: `Bearer ${accessToken}` };
  expect(await send('/v1/accounts/me:requestEmailVerification', bearer, '{}')).toMatchObject({ status: 200 });
});

it('two credentials of one request are refused, whichever they are', async () => {
  const { accessToken } = await newPerson(rest, 'Emma');
  const { secret } = await makeApiKey(rest.as(accessToken), { permissions: ['resources:read'] });
  const { cookie: session } = cookie();
  const authorization = `Bearer ${accessToken}`;
  const pairs: readonly Headers[] = [
    { authorization, cookie: session },
    { authorization, 'x-api-key': secret },
    { cookie: session, 'x-api-key': secret },
    { cookie: `${session}; ${session}` },
  ];
  for (const headers of pairs) {
    expect(await rest.request('GET', '/v1/accounts/me', undefined, headers)).toMatchObject({
      status: 400,
      body: { reason: 'CREDENTIALS_CONFLICT' },
    });
  }
});
