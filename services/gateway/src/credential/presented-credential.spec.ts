import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cookieOf, serveExchange, specApiKey, specSecret } from '../spec/spec-credentials.js';
import { exchangeBytes, statusesIn } from '../spec/raw-socket.js';
import { startSpecGateway, type SpecAnswer, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  serveExchange(gateway);
  gateway.backend.calls.length = 0;
});

const forms = ['bearer', 'session', 'api_key'] as const;
type Form = (typeof forms)[number];

/** The header of a good credential of each form. */
function headerOf(form: Form): Record<string, string> {
  switch (form) {
    case 'bearer':
      return { authorization: `Bearer ${gateway.accessToken()}` };
    case 'session':
      return cookieOf(specSecret());
    case 'api_key':
      return { 'x-api-key': specApiKey() };
  }
}

const logged = async (answer: SpecAnswer) => (await gateway.lineOf(answer))['credential'];

describe('a credential', () => {
  it.each(forms)('is good by itself: %s', async (form) => {
    const answer = await gateway.send(PATH, { headers: headerOf(form) });
    expect(answer.status).toBe(200);
    expect(gateway.backend.callsOf('Exchange')).toHaveLength(form === 'bearer' ? 0 : 1);
    expect(gateway.backend.last.metadata.get('authorization')).toEqual([
      expect.stringMatching(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/),
    ]);
    expect(gateway.backend.last.metadata.getMap()).not.toHaveProperty('cookie');
    expect(gateway.backend.last.metadata.getMap()).not.toHaveProperty('x-api-key');
    expect(await logged(answer)).toBe(form);
  });

  it.each(forms.flatMap((one, at) => forms.slice(at + 1).map((other) => [one, other] as const)))(
    'is not read beside another one: %s and %s',
    async (one, other) => {
      const answer = await gateway.send(PATH, { headers: { ...headerOf(one), ...headerOf(other) } });
      expect(answer).toMatchObject({
        status: 400,
        json: { reason: 'CREDENTIALS_CONFLICT', domain: 'gateway.gatehouse.dev' },
      });
      expect(gateway.backend.calls).toEqual([]);
    },
  );

  it('conflicts with a scheme that nobody understands too', async () => {
    const headers = { authorization: 'Basic dTpw', ...headerOf('session') };
    expect((await gateway.send(PATH, { headers })).json).toMatchObject({ reason: 'CREDENTIALS_CONFLICT' });
  });

  it.each(['authorization', 'x-api-key', 'cookie', 'sec-fetch-site'])(
    'does not stand in two headers: %s',
    async (name) => {
      const head = `GET ${PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${name}: a\r\n${name}: a\r\n\r\n`;
      const answer = await exchangeBytes(gateway.port, head);
      expect(statusesIn(answer)).toEqual([400]);
      expect(answer).toContain('"HEADER_DUPLICATE"');
      expect(answer).toContain(`"header":"${name}"`);
    },
  );

  it('is one cookie, even where two are the same', async () => {
    const { cookie } = cookieOf(specSecret());
    for (const both of [`${cookie}; ${cookie}`, `${cookie}; ${cookieOf('').cookie}`]) {
      const answer = await gateway.send(PATH, { headers: { cookie: both } });
      expect(answer).toMatchObject({ status: 400, json: { reason: 'CREDENTIALS_CONFLICT' } });
    }
  });

  it('is found among other cookies', async () => {
    const cookie = `theme=dark; a=${'b'.repeat(100)};${cookieOf(specSecret()).cookie} ; gatehouse=x`;
    const answer = await gateway.send(PATH, { headers: { cookie } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['a cookie without the prefix', () => ({ cookie: `gatehouse=${specSecret()}` })],
    ['a cookie with another prefix', () => ({ cookie: `__Secure-gatehouse=${specSecret()}` })],
    ['a cookie in another case', () => ({ cookie: `__host-gatehouse=${specSecret()}` })],
    ['a key in a cookie', () => ({ cookie: `x-api-key=${specApiKey()}` })],
  ])('is not read from %s', async (_name, headers) => {
    const answer = await gateway.send(PATH, { headers: headers() });
    expect(answer).toMatchObject({ status: 401, json: { reason: 'UNAUTHENTICATED' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="gatehouse"');
    expect(gateway.backend.calls).toEqual([]);
  });

  it.each(['api_key', 'apiKey', 'key', 'x-api-key', 'access_token'])(
    'is not read from the query: %s',
    async (name) => {
      const alone = await gateway.send(`${PATH}?${name}=${specApiKey()}`);
      expect(alone).toMatchObject({ status: 401, json: { reason: 'UNAUTHENTICATED' } });
      const beside = await gateway.send(`${PATH}?${name}=${specApiKey()}`, { headers: headerOf('bearer') });
      expect(beside).toMatchObject({ status: 400, json: { reason: 'PARAMETER_UNKNOWN' } });
      expect(gateway.backend.calls).toEqual([]);
    },
  );

  it('is read by no public method', async () => {
    const headers = { ...headerOf('bearer'), ...headerOf('session'), ...headerOf('api_key') };
    const answer = await gateway.send('/.well-known/jwks.json', { headers });
    expect(answer.status).toBe(200);
    expect(gateway.backend.callsOf('Exchange')).toEqual([]);
    expect(gateway.backend.last.metadata.get('authorization')).toEqual([]);
    expect(await logged(answer)).toBeUndefined();
  });
});

describe('a bad credential', () => {
  it.each([
    ['a mistyped key', () => ({ 'x-api-key': specApiKey().replace(/.$/, (c) => (c === '0' ? '1' : '0')) })],
    ['a key of another kind', () => ({ 'x-api-key': 'sk_live_0123456789' })],
    ['an empty key', () => ({ 'x-api-key': '' })],
    ['an empty cookie', () => cookieOf('')],
    ['a quoted cookie', () => cookieOf(`"${specSecret()}"`)],
    ['a cookie that is too long', () => cookieOf('x'.repeat(513))],
  ])('costs no call: %s', async (_name, headers) => {
    const answer = await gateway.send(PATH, { headers: headers() });
    expect(answer).toMatchObject({ status: 401, json: { reason: 'UNAUTHENTICATED' } });
    expect(gateway.backend.calls).toEqual([]);
  });

  it('gets one answer, whatever is wrong with it and wherever it stands', async () => {
    serveExchange(gateway, { isGood: () => false });
    const answers = [
      await gateway.send(PATH, { headers: cookieOf(specSecret()) }),
      await gateway.send(PATH, { headers: cookieOf('?') }),
      await gateway.send(PATH, { headers: { 'x-api-key': specApiKey() } }),
      await gateway.send(PATH, { headers: { 'x-api-key': 'x' } }),
      await gateway.send(PATH, { headers: { authorization: 'Bearer a.b.c' } }),
    ];
    const comparable = answers.map(({ status, headers, json }) => {
      const { date: _date, 'x-request-id': _id, ...rest } = headers;
      return JSON.stringify({ status, rest, json: { ...json, request_id: '' } });
    });
    expect(new Set(comparable).size).toBe(1);
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="gatehouse", error="invalid_token"');
    const reasons = await Promise.all(
      answers.map(async (answer) => (await gateway.lineOf(answer))['reason']),
    );
    expect(reasons.slice(0, 2)).toEqual(['CREDENTIAL_INVALID', 'CREDENTIAL_MALFORMED']);
  });
});
