import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@gatehouse/errors';
import { cookieOf, serveExchange, specSecret } from '../spec/spec-credentials.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { CrossSite } from './cross-site.js';

const ADMITTED = 'https://app.example';
let gateway: SpecGateway;
let own: string;

beforeAll(async () => {
  gateway = await startSpecGateway({ GATEHOUSE_CORS_ORIGINS: ADMITTED });
  own = gateway.url;
});
afterAll(() => gateway.stop());
beforeEach(() => {
  serveExchange(gateway);
  gateway.backend.calls.length = 0;
});

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TEXT = { 'content-type': 'text/plain' };
const OUTSIDE = 'https://evil.test';

/** Headers of a request, and whether it may change something with the session of a browser. */
const table: readonly [string, () => Record<string, string>, boolean][] = [
  ['a page of this origin', () => ({ 'sec-fetch-site': 'same-origin', origin: own, ...JSON_TYPE }), true],
  ['the person alone', () => ({ 'sec-fetch-site': 'none', ...JSON_TYPE }), true],
  [
    'a page of another site',
    () => ({ 'sec-fetch-site': 'cross-site', origin: OUTSIDE, ...JSON_TYPE }),
    false,
  ],
  ['a form of another site', () => ({ 'sec-fetch-site': 'cross-site', origin: OUTSIDE, ...FORM }), false],
  [
    'a form that looks like JSON',
    () => ({ 'sec-fetch-site': 'cross-site', origin: OUTSIDE, ...TEXT }),
    false,
  ],
  ['a page of a sibling', () => ({ 'sec-fetch-site': 'same-site', origin: OUTSIDE, ...JSON_TYPE }), false],
  ['an admitted page', () => ({ 'sec-fetch-site': 'cross-site', origin: ADMITTED, ...JSON_TYPE }), true],
  ['an admitted sibling', () => ({ 'sec-fetch-site': 'same-site', origin: ADMITTED, ...JSON_TYPE }), true],
  ['a page that hides', () => ({ 'sec-fetch-site': 'cross-site', origin: 'null', ...JSON_TYPE }), false],
  ['a page without an origin', () => ({ 'sec-fetch-site': 'cross-site', ...JSON_TYPE }), false],
  ['a site that is no word', () => ({ 'sec-fetch-site': 'Same-Origin', ...JSON_TYPE }), false],
  ['an empty site', () => ({ 'sec-fetch-site': '', ...JSON_TYPE }), false],
  ['an old browser here', () => ({ origin: own, ...JSON_TYPE }), true],
  ['an old browser at an admitted page', () => ({ origin: ADMITTED, ...JSON_TYPE }), true],
  ['an old browser elsewhere', () => ({ origin: OUTSIDE, ...JSON_TYPE }), false],
  ['an old browser that hides it', () => ({ origin: 'null', ...JSON_TYPE }), false],
  ['an old browser with a form', () => ({ origin: OUTSIDE, ...TEXT }), false],
  ['a host that begins like this one', () => ({ origin: `${own}.evil.test`, ...JSON_TYPE }), false],
  ['another port of this host', () => ({ origin: 'http://127.0.0.1:1', ...JSON_TYPE }), false],
  ['a program', () => JSON_TYPE, true],
  ['a form of no known origin', () => FORM, false],
  ['plain text of no known origin', () => TEXT, false],
  ['plain text with a parameter', () => ({ 'content-type': 'text/plain; charset=utf-8' }), false],
];

const BODY = JSON.stringify({ title: 'Notes' });

describe('a change with the session of a browser', () => {
  it.each(table)('by %s', async (_name, headers, admitted) => {
    const request = { method: 'POST', body: BODY, headers: { ...cookieOf(specSecret()), ...headers() } };
    const answer = await gateway.send('/v1/resources', request);
    if (admitted) expect(answer.status).toBe(200);
    else {
      expect(answer).toMatchObject({ status: 403, json: { reason: 'CROSS_SITE_REQUEST' } });
      expect(gateway.backend.calls).toEqual([]);
    }
  });

  it('is no matter of cross-site requests with a credential that no browser adds', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: OUTSIDE, ...JSON_TYPE };
    const accessToken = gateway.accessToken('resources:write');
    const answer = await gateway.send('/v1/resources', { method: 'POST', body: BODY, headers, accessToken });
    expect(answer.status).toBe(200);
  });

  it('needs JSON also from a page of this origin', async () => {
    const headers = { ...cookieOf(specSecret()), 'sec-fetch-site': 'same-origin', ...TEXT };
    const answer = await gateway.send('/v1/resources', { method: 'POST', body: BODY, headers });
    expect(answer).toMatchObject({ status: 415, json: { reason: 'CONTENT_TYPE_UNSUPPORTED' } });
    expect(gateway.backend.callsOf('CreateResource')).toEqual([]);
  });

  it.each(['PATCH', 'DELETE'])('is one with %s too', async (method) => {
    const headers = { ...cookieOf(specSecret()), 'sec-fetch-site': 'cross-site', ...JSON_TYPE };
    const path = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
    expect((await gateway.send(path, { method, headers })).json).toMatchObject({
      reason: 'CROSS_SITE_REQUEST',
    });
  });

  it('is none of a read', async () => {
    const headers = { ...cookieOf(specSecret()), 'sec-fetch-site': 'cross-site' };
    expect((await gateway.send('/v1/resources', { headers })).status).toBe(200);
  });
});

describe('signing in with a session', () => {
  const body = JSON.stringify({ email: 'a@b.test', password: 'correct horse battery' });

  it.each(table)('by %s', async (_name, headers, admitted) => {
    const answer = await gateway.send('/v1/sessions', { method: 'POST', body, headers: headers() });
    if (admitted) expect(answer.status).toBe(200);
    else {
      expect(answer).toMatchObject({ status: 403, json: { reason: 'CROSS_SITE_REQUEST' } });
      expect(gateway.backend.calls).toEqual([]);
    }
  });
});

describe('in production', () => {
  const production = new CrossSite({ origins: [], production: true });
  const headers = { host: 'api.example', 'content-type': 'application/json' };
  const check = (origin: string) => () =>
    production.check({ method: 'POST', headers: { ...headers, origin } });

  it('the own origin is the one with https', () => {
    expect(check('https://api.example')).not.toThrow();
    expect(check('http://api.example')).toThrow(AppError);
  });
});
