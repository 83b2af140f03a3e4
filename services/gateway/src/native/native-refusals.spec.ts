import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { eventually } from '@gatehouse/testing';
import { FEED_SERVICE } from '../spec/feed-contract.js';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { framed, RawGrpc, replyTo, type RawReply } from '../spec/raw-grpc.js';
import {
  credentialInvalid,
  cookieOf,
  serveExchange,
  specApiKey,
  specSecret,
} from '../spec/spec-credentials.js';

const ECHO = `/${FEED_SERVICE}/Echo`;
const COLLECT = `/${FEED_SERVICE}/Collect`;
const CREATE_SESSION = '/gatehouse.auth.v1.SessionService/CreateSession';
const NOTHING = Buffer.alloc(0);

let gateway: FeedGateway;
let client: RawGrpc;
let bearer: { authorization: string };
let calls = 0;

beforeAll(async () => {
  gateway = await startFeedGateway({ GATEHOUSE_CORS_ORIGINS: 'https://app.example' });
  client = new RawGrpc(gateway.port);
  bearer = { authorization: `Bearer ${gateway.accessToken()}` };
});
afterAll(async () => {
  client.close();
  await gateway.stop();
});
afterEach(() => {
  calls = 0;
  gateway.feed.behaviour = {};
  gateway.backend.behaviour = {};
});

const count = () => {
  gateway.feed.behaviour.Echo = () => (calls++, {});
  gateway.feed.behaviour.Collect = async (call) => {
    for await (const _ of call) calls++;
    return {};
  };
};
const refusal = ({ httpStatus, code, reason }: RawReply) => ({ httpStatus, code, reason });

describe('a method that is not for strangers', () => {
  it.each([
    '/gatehouse.auth.v1.TokenService/Introspect',
    '/gatehouse.auth.v1.TokenService/Exchange',
    '/gatehouse.auth.v1.RevocationService/Watch',
    '/gatehouse.users.v1.ProvisioningService/ProvisionUser',
    '/gatehouse.resources.v1.ResourceService/getResource',
    '/gatehouse.resources.v1.ResourceService/GetResource/',
    '/gatehouse.resources.v1.ResourceService/GetResource?a=b',
    '/v1/resources',
    '/grpc.health.v1.Health/Check',
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  ])('(%s) is answered as one that there is not', async (path) => {
    const none = await client.send('/none.v1.None/Nothing', bearer);
    const named = await client.send(path, bearer);
    const told = ({ headers, ...others }: RawReply) => ({
      ...others,
      headers: { ...headers, 'x-request-id': '' },
    });
    expect(told(named)).toEqual(told(none));
    expect(refusal(named)).toEqual({ httpStatus: 200, code: status.UNIMPLEMENTED, reason: 'METHOD_UNKNOWN' });
  });
});

describe('a caller', () => {
  const secret = specSecret();
  const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };

  it.each<[string, () => Record<string, string>, status, string]>([
    ['without a credential', () => ({}), status.UNAUTHENTICATED, 'UNAUTHENTICATED'],
    [
      'with a bad access token',
      () => ({ authorization: 'Bearer a.b.c' }),
      status.UNAUTHENTICATED,
      'UNAUTHENTICATED',
    ],
    [
      'with another scheme',
      () => ({ authorization: 'Basic YTpi' }),
      status.UNAUTHENTICATED,
      'UNAUTHENTICATED',
    ],
    [
      'without the permission',
      () => ({ authorization: `Bearer ${gateway.accessToken('users:read')}` }),
      status.PERMISSION_DENIED,
      'PERMISSION_MISSING',
    ],
    [
      'with two credentials',
      () => ({ ...bearer, 'x-api-key': specApiKey() }),
      status.INVALID_ARGUMENT,
      'CREDENTIALS_CONFLICT',
    ],
    [
      'with a cookie and an access token',
      () => ({ ...bearer, ...cookieOf(secret) }),
      status.INVALID_ARGUMENT,
      'CREDENTIALS_CONFLICT',
    ],
    [
      'with two cookies',
      () => ({ cookie: `${cookieOf(secret).cookie}; ${cookieOf(specSecret()).cookie}` }),
      status.INVALID_ARGUMENT,
      'CREDENTIALS_CONFLICT',
    ],
    ['with a mistyped key', () => ({ 'x-api-key': 'gh_test_x' }), status.UNAUTHENTICATED, 'UNAUTHENTICATED'],
    [
      'with a cookie from a page of another site',
      () => ({ ...cookieOf(secret), ...crossSite }),
      status.PERMISSION_DENIED,
      'CROSS_SITE_REQUEST',
    ],
    [
      'with a cookie and another origin',
      () => ({ ...cookieOf(secret), origin: 'https://evil.example' }),
      status.PERMISSION_DENIED,
      'CROSS_SITE_REQUEST',
    ],
  ])('%s is refused before any service hears of it', async (_name, headers, code, reason) => {
    serveExchange(gateway);
    count();
    expect(refusal(await client.send(ECHO, headers()))).toEqual({ httpStatus: 200, code, reason });
    expect(calls).toBe(0);
  });

  it('may show a cookie or a key, and the service sees an access token', async () => {
    serveExchange(gateway);
    const seen: unknown[] = [];
    gateway.feed.behaviour.Echo = ({ metadata }) => (seen.push(metadata.getMap()), {});
    const origin = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
    const credentials: Record<string, string>[] = [
      { ...cookieOf(secret), ...origin },
      { 'x-api-key': specApiKey() },
    ];
    for (const headers of credentials)
      expect(await client.send(ECHO, headers)).toMatchObject({ code: status.OK });
    expect(seen).toHaveLength(2);
    for (const metadata of seen) {
      expect(metadata).toMatchObject({ authorization: expect.stringMatching(/^Bearer ey/) });
      expect(metadata).not.toHaveProperty('cookie');
      expect(metadata).not.toHaveProperty('x-api-key');
    }
  });

  it('may split its cookies, as HTTP/2 has it, and still shows one session', async () => {
    serveExchange(gateway);
    gateway.feed.behaviour.Echo = () => ({});
    const split = (...cookie: string[]) => ({ cookie }) as unknown as Record<string, string>;
    const { cookie } = cookieOf(secret);
    const origin = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
    const one = await client.send(ECHO, { ...split('a=1', cookie, 'b=2'), ...origin });
    expect(one).toMatchObject({ code: status.OK });
    const two = await client.send(ECHO, { ...split(cookie, cookieOf(specSecret()).cookie), ...origin });
    expect(two).toMatchObject({ reason: 'CREDENTIALS_CONFLICT' });
  });

  it('with a credential that auth refuses is UNAUTHENTICATED; while auth is away it is UNAVAILABLE', async () => {
    gateway.backend.behaviour.exchange = () => {
      throw credentialInvalid();
    };
    expect(await client.send(ECHO, { 'x-api-key': specApiKey() })).toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    gateway.backend.behaviour.exchange = () => Promise.reject({ code: status.UNAVAILABLE, details: 'away' });
    expect(await client.send(ECHO, { 'x-api-key': specApiKey() })).toMatchObject({
      code: status.UNAVAILABLE,
    });
  });

  it('of another site signs nobody in', async () => {
    expect(refusal(await client.send(CREATE_SESSION, crossSite))).toMatchObject({
      reason: 'CROSS_SITE_REQUEST',
    });
  });
});

describe('a request', () => {
  const big = Buffer.alloc(1024 * 1024 + 1);

  it.each<[string, Record<string, string>, Buffer, Partial<RawReply>]>([
    ['of JSON', { 'content-type': 'application/json' }, NOTHING, { httpStatus: 415 }],
    ['of gRPC-Web', { 'content-type': 'application/grpc-web+proto' }, NOTHING, { httpStatus: 415 }],
    ['that is a GET', { ':method': 'GET' }, NOTHING, { httpStatus: 405 }],
    [
      'with a coding',
      { 'grpc-encoding': 'gzip' },
      framed(NOTHING, 1),
      { code: status.UNIMPLEMENTED, reason: 'MESSAGE_ENCODING_UNSUPPORTED' },
    ],
    [
      'whose message says that it is compressed',
      {},
      framed(Buffer.from('abc'), 1),
      { code: status.INVALID_ARGUMENT, reason: 'FRAME_MALFORMED' },
    ],
    [
      'that ends within a message',
      {},
      framed(Buffer.from('abc'), 0, 4),
      { code: status.INVALID_ARGUMENT, reason: 'FRAME_MALFORMED' },
    ],
    [
      'that ends within a prefix',
      {},
      Buffer.from([0, 0, 0]),
      { code: status.INVALID_ARGUMENT, reason: 'FRAME_MALFORMED' },
    ],
    ['without a message', {}, NOTHING, { code: status.UNIMPLEMENTED, reason: 'MESSAGE_COUNT' }],
    [
      'with two messages',
      {},
      Buffer.concat([framed(NOTHING), framed(NOTHING)]),
      { code: status.UNIMPLEMENTED, reason: 'MESSAGE_COUNT' },
    ],
    ['that is too large', {}, framed(big), { code: status.RESOURCE_EXHAUSTED, reason: 'BODY_TOO_LARGE' }],
    [
      'that says it is larger than any',
      {},
      framed(NOTHING, 0, 2 ** 32 - 1),
      { code: status.RESOURCE_EXHAUSTED, reason: 'MESSAGE_TOO_LARGE' },
    ],
    ['with a broken timeout', { 'grpc-timeout': 'soon' }, framed(NOTHING), { code: status.INTERNAL }],
    [
      'with too many headers',
      Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x-${n}`, '1'])),
      framed(NOTHING),
      { code: status.RESOURCE_EXHAUSTED, reason: 'HEADERS_TOO_LARGE' },
    ],
    [
      'with headers that are too large',
      { 'x-large': 'a'.repeat(20_000) },
      framed(NOTHING),
      { code: status.RESOURCE_EXHAUSTED, reason: 'HEADERS_TOO_LARGE' },
    ],
    [
      'of a page with headers that are too large',
      { 'content-type': 'text/html', 'x-large': 'a'.repeat(20_000) },
      NOTHING,
      { httpStatus: 431 },
    ],
  ])('%s is refused', async (_name, headers, body, expected) => {
    count();
    expect(await client.send(ECHO, { ...bearer, ...headers }, body)).toMatchObject(expected);
    expect(calls).toBe(0);
  });

  it('is told which codings there are', async () => {
    const { headers } = await client.send(ECHO, { ...bearer, 'grpc-encoding': 'br' });
    expect(headers['grpc-accept-encoding']).toBe('identity');
  });

  it('with a header twice that decides something is refused', async () => {
    const twice = { 'x-request-id': ['a', 'b'] } as unknown as Record<string, string>;
    expect(await client.send(ECHO, { ...bearer, ...twice })).toMatchObject({ reason: 'HEADER_DUPLICATE' });
  });

  it('of many messages is refused at the first that is too large', async () => {
    count();
    const body = Buffer.concat([framed(NOTHING), framed(Buffer.alloc(4 * 1024 * 1024 + 1))]);
    expect(await client.send(COLLECT, bearer, body)).toMatchObject({ reason: 'MESSAGE_TOO_LARGE' });
    expect(calls).toBeLessThanOrEqual(1);
  });

  it('that never ends is given up at its deadline', async () => {
    const stream = client.open(ECHO, { ...bearer, 'grpc-timeout': '50m' });
    stream.write(framed(NOTHING, 0, 10));
    expect(await replyTo(stream)).toMatchObject({
      code: status.DEADLINE_EXCEEDED,
      reason: 'DEADLINE_EXCEEDED',
    });
  });

  it('whose service does not answer is given up at its deadline', async () => {
    gateway.feed.behaviour.Echo = () => new Promise(() => undefined);
    const reply = await client.send(ECHO, { ...bearer, 'grpc-timeout': '50m' });
    expect(reply).toMatchObject({ code: status.DEADLINE_EXCEEDED, reason: 'DEADLINE_EXCEEDED' });
  });

  it('that does not end gives way to others when there are a thousand', async () => {
    count();
    const connections = Array.from({ length: 11 }, () => new RawGrpc(gateway.port));
    const refused: RawReply[] = [];
    for (const many of connections)
      for (let begun = 0; begun < 100; begun++) {
        const stream = many.open(ECHO, bearer);
        void replyTo(stream).then((reply) => refused.push(reply));
        stream.write(framed(NOTHING, 0, 10));
      }
    await eventually(() => expect(refused).toHaveLength(100), 5_000);
    for (const reply of refused)
      expect(reply).toMatchObject({ code: status.UNAVAILABLE, reason: 'OVERLOADED' });
    expect(await client.send(ECHO, bearer)).toMatchObject({ code: status.OK });
    for (const many of connections) many.close();
    expect(calls).toBe(1);
  });

  it('gets no memory while others that do not end have it', async () => {
    count();
    const many = new RawGrpc(gateway.port);
    // 17 MiB in requests whose last byte does not come.
    const part = framed(Buffer.alloc(1024 * 1024 - 1), 0, 1024 * 1024);
    const streams = Array.from({ length: 17 }, () => many.open(ECHO, bearer));
    const replies = streams.map(replyTo);
    for (const stream of streams) stream.write(part);
    expect(await Promise.race(replies)).toMatchObject({ code: status.UNAVAILABLE, reason: 'OVERLOADED' });
    expect(await client.send(ECHO, bearer)).toMatchObject({ code: status.OK });
    many.close();
    expect(calls).toBe(1);
  });
});

it('a reply that gives a browser a session shows its secret to nobody', async () => {
  const secret = specSecret();
  gateway.backend.behaviour.createSession = () =>
    ({
      session: undefined,
      sessionSecret: secret,
    }) as never;
  const stream = client.open(CREATE_SESSION);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.end(framed(NOTHING));
  const { headers, code } = await replyTo(stream);
  expect(code).toBe(status.OK);
  expect(headers['set-cookie']).toEqual([expect.stringContaining(secret)]);
  expect(Buffer.concat(chunks).toString('latin1')).not.toContain(secret);
});
