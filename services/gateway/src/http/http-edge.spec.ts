import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exchangeBytes, statusesIn } from '../spec/raw-socket.js';
import { jsonBody, startSpecGateway, type SpecGateway } from '../spec/spec-gateway.js';

const PATH = '/v1/resources/0190b0a0-0000-7000-8000-000000000001';
let gateway: SpecGateway;

beforeAll(async () => {
  gateway = await startSpecGateway();
});
afterAll(() => gateway.stop());

const raw = (text: string) => exchangeBytes(gateway.port, text);

describe('every answer', () => {
  it.each([
    ['a reply', '/.well-known/jwks.json', 'GET', 200],
    ['the document', '/openapi.json', 'GET', 200],
    ['the docs page', '/docs', 'GET', 200],
    ['a file of the docs page', '/docs/page.js', 'GET', 200],
    ['a file that the docs page has not', '/docs/package.json', 'GET', 404],
    ['no route', '/nothing', 'GET', 404],
    ['another method', PATH, 'PUT', 405],
    ['another method of a page', '/docs', 'POST', 405],
    ['a method that nobody knows', PATH, 'PROPFIND', 405],
    ['no credential', PATH, 'GET', 401],
    ['a broken escape', '/v1/resources/%zz', 'GET', 400],
    ['a broken escape among the pages', '/docs/%zz', 'GET', 400],
    ['a broken character', '/v1/resources/%ff', 'GET', 400],
    ['the methods of a path', PATH, 'OPTIONS', 204],
    ['HEAD of a page', '/docs', 'HEAD', 200],
  ])('carries its headers: %s', async (_name, path, method, status) => {
    const answer = await gateway.send(path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cache-control': expect.any(String),
      'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(Object.keys(answer.headers)).not.toContain('server');
    expect(Object.keys(answer.headers)).not.toContain('x-powered-by');
    if (status < 400) return;
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toMatchObject({
      status,
      request_id: answer.headers['x-request-id'],
      reason: expect.any(String),
    });
  });

  it.each(['/.well-known/jwks.json', '/docs/page.js', '/nothing'])(
    'says how long its connection is kept, where it is: %s',
    async (path) => {
      const get = `GET ${path} HTTP/1.1\r\nhost: h\r\n`;
      const text = await raw(`${get}\r\n${get}connection: close\r\n\r\n`);
      const [, kept, last] = text.toLowerCase().split('http/1.1 ');
      expect(kept).toContain('\r\nconnection: keep-alive\r\n');
      expect(kept).toContain('\r\nkeep-alive: timeout=65\r\n');
      expect(last).toContain('\r\nconnection: close\r\n');
      expect(last).not.toContain('keep-alive');
    },
  );

  it('names the methods that a path takes', async () => {
    const answer = await gateway.send(PATH, { method: 'PUT' });
    expect(answer.json).toMatchObject({ reason: 'METHOD_NOT_ALLOWED', code: 'UNIMPLEMENTED' });
    expect(answer.headers.allow).toBe('DELETE, GET, HEAD, OPTIONS, PATCH');
    expect((await gateway.send(PATH, { method: 'OPTIONS' })).headers.allow).toBe(answer.headers.allow);
  });

  it('says that it is there to who asks for no path', async () => {
    const text = await raw('OPTIONS * HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n');
    expect(statusesIn(text)).toEqual([204]);
    expect(text).toContain('x-content-type-options: nosniff');
    expect(statusesIn(await raw('GET * HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n'))).toEqual([400]);
  });

  it.each(['/v1/resources/%zz', '/v1/resources/%ff', '/docs/%zz', '/nothing/%c0%af'])(
    'says that a path cannot be read: %s',
    async (path) => {
      expect((await gateway.send(path)).json).toMatchObject({ status: 400, reason: 'PATH_MALFORMED' });
    },
  );

  it('takes over a request ID that is sound, and no other', async () => {
    const sound = await gateway.send('/nothing', { headers: { 'x-request-id': 'order-7.a_b' } });
    expect(sound.headers['x-request-id']).toBe('order-7.a_b');
    for (const id of ['', 'a b', 'x'.repeat(65), '<script>', 'a\tb']) {
      const answer = await gateway.send('/nothing', { headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('asks for https in production', async () => {
    const production = await startSpecGateway({ GATEHOUSE_ENVIRONMENT: 'production' });
    try {
      const answer = await production.send('/nothing');
      expect(answer.headers['strict-transport-security']).toMatch(/^max-age=31536000/);
    } finally {
      await production.stop();
    }
    expect((await gateway.send('/nothing')).headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('limits', () => {
  const accessToken = () => gateway.accessToken('resources:write');

  it('refuse a body above 1 MiB, announced or not', async () => {
    const body = JSON.stringify({ title: 'x', content: 'y'.repeat(1024 * 1024) });
    const headers = { 'content-type': 'application/json' };
    const announced = await gateway.send('/v1/resources', {
      method: 'POST',
      accessToken: accessToken(),
      headers,
      body,
    });
    expect(announced).toMatchObject({
      status: 413,
      json: { reason: 'BODY_TOO_LARGE', code: 'RESOURCE_EXHAUSTED' },
    });
    const chunk = `${(65_536).toString(16)}\r\n${'z'.repeat(65_536)}\r\n`;
    const head = `POST /v1/resources HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${accessToken()}\r\n`;
    const answer = await raw(
      `${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(20)}0\r\n\r\n`,
    );
    expect(statusesIn(answer)).toEqual([413]);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('refuse a compressed body', async () => {
    const body = jsonBody({ title: 'x' });
    const headers = { ...body.headers, 'content-encoding': 'gzip' };
    const answer = await gateway.send('/v1/resources', {
      method: 'POST',
      accessToken: accessToken(),
      ...body,
      headers,
    });
    expect(answer).toMatchObject({
      status: 415,
      json: { reason: 'CONTENT_ENCODING_UNSUPPORTED' },
      headers: { 'accept-encoding': 'identity' },
    });
  });

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=a'],
    ['nonsense'],
    [''],
  ])('refuse a body of type %p', async (type) => {
    const headers = { 'content-type': type };
    const answer = await gateway.send('/v1/resources', {
      method: 'POST',
      accessToken: accessToken(),
      headers,
      body: '{}',
    });
    expect(answer).toMatchObject({ status: 415, json: { code: 'INVALID_ARGUMENT' } });
  });

  it.each([
    ['a member twice', '{"title":"a","title":"b"}'],
    ['an unknown member', '{"titel":"a"}'],
    ['a prototype', '{"__proto__":{"title":"a"}}'],
    ['half an object', '{"title":"a"'],
    ['a list', '[]'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a depth of 1,000', `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`],
  ])('refuse a body with %s', async (_name, body) => {
    const headers = { 'content-type': 'application/json' };
    const before = gateway.backend.calls.length;
    const answer = await gateway.send('/v1/resources', {
      method: 'POST',
      accessToken: accessToken(),
      headers,
      body,
    });
    expect(answer).toMatchObject({ status: 400, json: { code: 'INVALID_ARGUMENT' } });
    expect(gateway.backend.calls).toHaveLength(before);
  });

  it('refuse a target above 8,192 characters, and headers above 16 KiB or 100', async () => {
    const long = await gateway.send(`/v1/resources?filter.title=${'x'.repeat(8_200)}`);
    expect(long).toMatchObject({ status: 414, json: { reason: 'TARGET_TOO_LONG' } });
    const large = await raw(`GET ${PATH} HTTP/1.1\r\nhost: h\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`);
    expect(statusesIn(large)).toEqual([431]);
    expect(large).toContain('HEADERS_TOO_LARGE');
    expect(large).toContain('x-content-type-options: nosniff');
    const many = Array.from({ length: 101 }, (_, index) => `x-${index}: 1\r\n`).join('');
    expect(
      statusesIn(await raw(`GET ${PATH} HTTP/1.1\r\nhost: h\r\n${many}connection: close\r\n\r\n`)),
    ).toEqual([431]);
  });

  it('ask for a body that waits only once it is wanted', async () => {
    const head = 'POST /v1/resources HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 13\r\n';
    const rest = 'content-type: application/json\r\nconnection: close\r\n\r\n';
    expect(statusesIn(await raw(`${head}${rest}`))).toEqual([401]);
    const wanted = await raw(`${head}authorization: Bearer ${accessToken()}\r\n${rest}{"title":"a"}`);
    expect(statusesIn(wanted)).toEqual([100, 200]);
  });

  it('refuse an expectation other than 100-continue', async () => {
    const answer = await gateway.send('/nothing', { headers: { expect: 'miracles' } });
    expect(answer).toMatchObject({ status: 417, json: { reason: 'EXPECTATION_UNSUPPORTED' } });
  });
});

describe('the log', () => {
  it('has one line per request, and nothing that was secret', async () => {
    const accessToken = gateway.accessToken();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const answer = await gateway.send('/v1/resources?filter.title=canary-query', {
      accessToken,
      headers: { traceparent, 'x-other': 'canary-header' },
    });
    expect(await gateway.lineOf(answer)).toMatchObject({
      level: 'info',
      service: 'gateway',
      http_method: 'GET',
      route: '/v1/resources',
      path: '/v1/resources',
      http_status: 200,
      grpc_path: '/gatehouse.resources.v1.ResourceService/ListResources',
      grpc_code: 'OK',
      trace_id: 'a'.repeat(32),
      principal_sub: expect.any(String),
      duration_ms: expect.any(Number),
    });
    const id = answer.headers['x-request-id'];
    expect(gateway.logLines.filter(({ request_id }) => request_id === id)).toHaveLength(1);
    const all = JSON.stringify(gateway.logLines);
    for (const secret of [
      'canary-query',
      'canary-header',
      accessToken,
      accessToken.split('.')[2] as string,
    ]) {
      expect(all).not.toContain(secret);
    }
  });
});
