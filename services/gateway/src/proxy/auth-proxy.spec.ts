import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contract } from '@gatehouse/contracts';
import { SESSION_COOKIE } from '@gatehouse/session-cookie';
import { readRestContract } from '../rpc/rest-contract.js';
import { exchangeBytes, statusesIn } from '../spec/raw-socket.js';
import { specSecret } from '../spec/spec-credentials.js';
import { startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';
import { SpecHttpService } from '../spec/spec-http-service.js';
import { proxiedRoute } from './proxied-paths.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
let gateway: SpecGateway;
let replicas: [SpecHttpService, SpecHttpService];

beforeAll(async () => {
  replicas = [await SpecHttpService.start(), await SpecHttpService.start()];
  const addresses = replicas.map(({ port }) => `127.0.0.1:${port}`).join(',');
  gateway = await startSpecGateway({
    GATEHOUSE_AUTH_HTTP_ADDRESS: addresses,
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8',
  });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all(replicas.map((replica) => replica.stop()));
});
afterEach(() => {
  for (const replica of replicas) {
    replica.seen.length = 0;
    replica.answer = (_request, response) => response.end();
  }
});

const seen = () => replicas.flatMap((replica) => replica.seen);
const answerBy = (answer: SpecHttpService['answer']) => {
  for (const replica of replicas) replica.answer = answer;
};

describe('what goes on to auth', () => {
  it('is every path of its pages and of the protocol, and no path of the contract', () => {
    for (const path of ['/oauth2/token', '/oauth2/interaction/a-B_9~x', '/login', '/account/apps', '/device'])
      expect(proxiedRoute(path)).toBeDefined();
    expect(proxiedRoute('/.well-known/openid-configuration')).toBe('/.well-known/openid-configuration');
    const { table } = readRestContract(contract);
    expect(
      table.routes.filter(({ template }) => proxiedRoute(template.text)).map(({ rpcName }) => rpcName),
    ).toEqual([]);
  });

  it.each([
    '/oauth2//token',
    '/oauth2/../v1/resources',
    '/oauth2/.hidden',
    '/oauth2/%74oken',
    '/oauth2/token/',
    '/oauth2/a;b',
    '/oauth2\\token',
    '/OAUTH2/token',
    '/oauth2x/token',
    '/.well-known/openid-configuration/x',
    '/accounts',
  ])('is not %s', async (path) => {
    expect((await gateway.send(path)).json).toMatchObject({ status: 404, reason: 'ROUTE_UNKNOWN' });
    expect(seen()).toEqual([]);
  });

  it('is method, path, query and body as they came, and the headers of a list', async () => {
    const sent = await gateway.send('/oauth2/token?a=%20b', {
      method: 'POST',
      headers: {
        ...FORM,
        accept: 'application/json',
        authorization: 'Basic YTpi',
        dpop: 'proof',
        'user-agent': 'agent',
        'x-request-id': 'one',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
        'x-client-address': '203.0.113.99',
        'x-gatehouse-subject': 'root',
        te: 'trailers',
        connection: 'close, x-hop',
        'x-hop': '1',
      },
      body: 'grant_type=x',
    });
    expect(sent.status).toBe(200);
    const [request] = seen();
    expect(request).toMatchObject({ method: 'POST', url: '/oauth2/token?a=%20b', body: 'grant_type=x' });
    const { traceparent, ...headers } = request!.headers;
    expect(traceparent).toMatch(/^00-/);
    expect(headers).toEqual({
      ...FORM,
      accept: 'application/json',
      authorization: 'Basic YTpi',
      connection: 'close',
      'content-length': '12',
      dpop: 'proof',
      host: 'auth.gatehouse.internal',
      'user-agent': 'agent',
      'x-client-address': '203.0.113.7',
      'x-request-id': 'one',
    });
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])(
    'is a %s as well: auth knows which methods a path has',
    async (method) => {
      answerBy((_request, response) => response.writeHead(405, { allow: 'POST, OPTIONS' }).end());
      const refused = await gateway.send('/oauth2/token', { method });
      expect(refused).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
      expect(seen()).toEqual([expect.objectContaining({ method })]);
    },
  );

  it('is no body of more than 64 KiB, whether it says so or not', async () => {
    const body = 'a'.repeat(64 * 1024 + 1);
    const said = await gateway.send('/oauth2/token', { method: 'POST', headers: FORM, body });
    expect(said).toMatchObject({ status: 413, json: { reason: 'BODY_TOO_LARGE' } });
    const headers = { ...FORM, 'transfer-encoding': 'chunked' };
    const found = await gateway.send('/oauth2/token', { method: 'POST', headers, body });
    expect(found).toMatchObject({ status: 413, json: { reason: 'BODY_TOO_LARGE' } });
    expect(seen()).toEqual([]);
    const fits = await gateway.send('/oauth2/token', { method: 'POST', headers: FORM, body: body.slice(1) });
    expect(fits.status).toBe(200);
  });

  it('is no request that two readers could read differently', async () => {
    const twice = `POST /oauth2/token HTTP/1.1\r\nhost: h\r\ndpop: a\r\ndpop: b\r\nconnection: close\r\n\r\n`;
    expect(statusesIn(await exchangeBytes(gateway.port, twice))).toEqual([400]);
    const lengths = `POST /oauth2/token HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(statusesIn(await exchangeBytes(gateway.port, lengths))).toEqual([400]);
    expect(seen()).toEqual([]);
  });

  it('is no request with two credentials', async () => {
    const cookie = `${SESSION_COOKIE}=${specSecret()}`;
    const both = await gateway.send('/oauth2/token', { headers: { cookie, authorization: 'Basic YTpi' } });
    expect(both).toMatchObject({ status: 400, json: { reason: 'CREDENTIALS_CONFLICT' } });
    const twice = await gateway.send('/login', { headers: { cookie: `${cookie}; ${cookie}` } });
    expect(twice).toMatchObject({ status: 400, json: { reason: 'CREDENTIALS_CONFLICT' } });
    expect(seen()).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['a form of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a form of a sibling', { 'sec-fetch-site': 'same-site' }],
    ['a form of an old browser', { origin: 'https://evil.example' }],
    ['a form of nobody', { origin: 'null' }],
    ['a form without a word of where it is from', {}],
  ])('is not %s to a page, with a cookie or without', async (_, headers) => {
    const cookie: Record<string, string> = { cookie: `${SESSION_COOKIE}=${specSecret()}` };
    for (const more of [{}, cookie]) {
      const request = { method: 'POST', headers: { ...FORM, ...headers, ...more }, body: 'a=b' };
      expect(await gateway.send('/login', request)).toMatchObject({
        status: 403,
        json: { reason: 'CROSS_SITE_REQUEST' },
      });
    }
    expect(seen()).toEqual([]);
  });

  it('is a form of a page of its own, and a request of a client without a browser', async () => {
    const own = { ...FORM, 'sec-fetch-site': 'same-origin' };
    expect((await gateway.send('/login', { method: 'POST', headers: own, body: 'a=b' })).status).toBe(200);
    const page = { ...FORM, origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
    expect((await gateway.send('/oauth2/token', { method: 'POST', headers: page, body: 'a=b' })).status).toBe(
      200,
    );
  });
});

describe('what comes back', () => {
  it('is the answer, with the security headers of the gateway where auth has none', async () => {
    answerBy((_request, response) => {
      response.writeHead(303, {
        location: 'https://app.example/cb?code=1',
        'set-cookie': ['a=1', 'b=2'],
        'content-security-policy': "default-src 'none'; style-src 'self'",
        connection: 'x-hop',
        'x-hop': '1',
        'keep-alive': 'timeout=5',
        'strict-transport-security': 'max-age=0',
        'x-request-id': 'forged',
      });
      response.end('moved');
    });
    const answer = await gateway.send('/oauth2/auth', { headers: { 'x-request-id': 'mine' } });
    expect(answer).toMatchObject({
      status: 303,
      text: 'moved',
      headers: {
        location: 'https://app.example/cb?code=1',
        'set-cookie': ['a=1', 'b=2'],
        'content-security-policy': "default-src 'none'; style-src 'self'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-request-id': 'mine',
      },
    });
    for (const name of ['x-hop', 'keep-alive', 'strict-transport-security'])
      expect(answer.headers).not.toHaveProperty(name);
    expect(await gateway.lineOf(answer)).toMatchObject({ route: '/oauth2/*', http_status: 303 });
  });

  it('is cut short where auth ends in the middle', async () => {
    answerBy((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(gateway.send('/account')).rejects.toThrow();
  });
});

describe('an auth that is away', () => {
  let lonely: SpecGateway;
  let service: SpecHttpService;

  beforeEach(async () => {
    service = await SpecHttpService.start();
    const dead = await SpecHttpService.start();
    const address = `127.0.0.1:${dead.port},127.0.0.1:${service.port}`;
    await dead.stop();
    lonely = await startSpecGateway({ GATEHOUSE_AUTH_HTTP_ADDRESS: address });
  });
  afterEach(async () => {
    await lonely.stop();
    await service.stop();
  });

  it('is not noticed while another replica is there', async () => {
    for (let turn = 0; turn < 4; turn++)
      expect(
        (await lonely.send('/oauth2/token', { method: 'POST', headers: FORM, body: `${turn}` })).status,
      ).toBe(200);
    expect(service.seen.map(({ body }) => body)).toEqual(['0', '1', '2', '3']);
  });

  it.each(['/oauth2/token', '/login', '/.well-known/openid-configuration'])('is 503 at %s', async (path) => {
    await service.stop();
    expect(await lonely.send(path)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { reason: 'PEER_UNAVAILABLE' },
    });
  });

  it('is 503 when it takes a request and ends, and the request is not sent a second time', async () => {
    service.answer = (request) => request.socket.destroy();
    const form = { method: 'POST', headers: FORM, body: 'code=1' };
    expect(await lonely.send('/oauth2/token', form)).toMatchObject({ status: 503 });
    expect(service.seen).toHaveLength(1);
  });
});

it('has no such paths where auth has no HTTP port', async () => {
  const without = await startSpecGateway();
  expect((await without.send('/oauth2/token')).json).toMatchObject({ reason: 'ROUTE_UNKNOWN' });
  await without.stop();
});
