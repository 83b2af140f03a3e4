import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { specResource } from '../spec/spec-backend.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
const ORIGIN = 'https://app.example';
let gateway: SpecGateway;
let closed: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway({ GATEHOUSE_CORS_ORIGINS: `${ORIGIN}, http://localhost:3000` });
  closed = await startSpecGateway();
});
afterAll(async () => {
  await gateway.stop();
  await closed.stop();
});

const preflight = (origin: string, method = 'PATCH') => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization',
  },
});

describe('a page of an allowed origin', () => {
  it('may ask and read, errors too', async () => {
    const answer = await gateway.send(PATH, preflight(ORIGIN));
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH',
        'access-control-allow-headers': expect.stringContaining('authorization'),
        vary: 'Origin',
      },
    });
    const refused = await gateway.send(PATH, { headers: { origin: ORIGIN } });
    expect(refused).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': ORIGIN } });
    expect(refused.headers['access-control-expose-headers']).toContain('WWW-Authenticate');
    for (const { headers } of [answer, refused])
      expect(headers['access-control-allow-credentials']).toBe('true');
  });

  it('gets answers that caches keep apart by origin and by coding', async () => {
    gateway.backend.behaviour.getResource = () => specResource({ content: 'x'.repeat(2_000) });
    const authorization = `Bearer ${gateway.accessToken()}`;
    for (const coding of ['gzip', 'identity']) {
      const headers = { authorization, origin: ORIGIN, 'accept-encoding': coding };
      const answer = await fetch(`${gateway.url}${PATH}`, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(answer.headers.get('vary')).toBe('Origin, Accept-Encoding');
    }
  });

  it('may not use a method that the path has not', async () => {
    const answer = await gateway.send(PATH, preflight(ORIGIN, 'PUT'));
    expect(answer.headers).not.toHaveProperty('access-control-allow-methods');
  });
});

it.each([
  ['null'],
  ['https://app.example.evil.test'],
  ['https://evil-app.example'],
  ['https://sub.app.example'],
  ['http://app.example'],
  ['https://app.example:8443'],
  ['https://APP.example'],
  ['https://app.example/'],
  ['*'],
  ['http://localhost:3001'],
])('a page of %s may not', async (origin) => {
  for (const request of [preflight(origin), { headers: { origin } }]) {
    const answer = await gateway.send(PATH, request);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(answer.headers['vary']).toBe('Origin');
  }
});

it('no page of another origin may unless it is configured', async () => {
  for (const request of [preflight(ORIGIN), { headers: { origin: ORIGIN } }]) {
    const answer = await closed.send(PATH, request);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});
