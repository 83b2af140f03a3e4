import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { create, fromBinary, fromJson, toBinary, toJson, type JsonObject } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { AppError } from '@gatehouse/errors';
import { FEED_SERVICE } from '../spec/feed-contract.js';
import { startFeedGateway, type FeedGateway } from '../spec/feed-gateway.js';
import { framed } from '../spec/raw-grpc.js';
import { cookieOf, serveExchange, specApiKey, specSecret } from '../spec/spec-credentials.js';

const ECHO = `/${FEED_SERVICE}/Echo`;
const WATCH = `/${FEED_SERVICE}/Watch`;
const COLLECT = `/${FEED_SERVICE}/Collect`;
const CREATE_SESSION = '/gatehouse.auth.v1.SessionService/CreateSession';
const APP = 'https://app.example';

const JSON_TYPE = 'application/json';
const PROTO = 'application/proto';
const GRPC_WEB = 'application/grpc-web+proto';
const STREAM = 'application/connect+json';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let gateway: FeedGateway;
let bearer: { authorization: string };
let calls = 0;

beforeAll(async () => {
  gateway = await startFeedGateway({ GATEHOUSE_CORS_ORIGINS: APP });
  bearer = { authorization: `Bearer ${gateway.accessToken()}` };
});
afterAll(() => gateway.stop());
afterEach(() => {
  calls = 0;
  gateway.feed.behaviour = {};
  gateway.backend.behaviour = {};
});

const echo = () => {
  gateway.feed.behaviour.Echo = ({ request }) => {
    calls++;
    return { text: request['text'] as string };
  };
};

function send(
  path: string,
  contentType: string | undefined,
  body: Uint8Array | string = '',
  headers: Readonly<Record<string, string | string[]>> = bearer,
  method = 'POST',
): Promise<Answer> {
  const type = contentType === undefined ? {} : { 'content-type': contentType };
  const options = { host: '127.0.0.1', port: gateway.port, path, method, agent: false } as const;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ ...options, headers: { ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** The frames of a body: flags and text of each. */
function framesOf(body: Buffer): [flags: number, text: string][] {
  const frames: [number, string][] = [];
  for (let at = 0; at < body.length; at += 5 + body.readUInt32BE(at + 1))
    frames.push([body[at] as number, body.toString('latin1', at + 5, at + 5 + body.readUInt32BE(at + 1))]);
  return frames;
}

/** Code and reason of whatever came back. */
function told(contentType: string, { body }: Answer): { code: string; reason: string | undefined } {
  if (contentType === GRPC_WEB) {
    const [, trailers = ''] = framesOf(body).at(-1) ?? [];
    const code = status[Number(/^grpc-status: (\d+)\r$/m.exec(trailers)?.[1])] ?? '';
    const details = /^grpc-status-details-bin: (.*)\r$/m.exec(trailers)?.[1] ?? '';
    return { code: code.toLowerCase(), reason: reasonIn(Buffer.from(details, 'base64')) };
  }
  const text = contentType === STREAM ? (framesOf(body).at(-1)?.[1] ?? '{}') : body.toString();
  const json = JSON.parse(text) as { error?: JsonObject };
  const error = (json.error ?? json) as { code: string; details?: { value: string }[] };
  return { code: error.code, reason: reasonIn(Buffer.from(error.details?.[0]?.value ?? '', 'base64')) };
}

/** The reason that stands in the bytes of details. */
function reasonIn(bytes: Buffer): string | undefined {
  return /[A-Z][A-Z_]{3,}/.exec(bytes.toString('latin1'))?.[0];
}

/** A request of the method in each form. */
const forms: [contentType: string, path: string, body: (message: Uint8Array) => Uint8Array][] = [
  [JSON_TYPE, ECHO, () => Buffer.from('{"text":"hello"}')],
  [PROTO, ECHO, (message) => message],
  [GRPC_WEB, ECHO, framed],
  [STREAM, WATCH, () => framed(Buffer.from('{}'))],
];

function message(value: JsonObject): Uint8Array {
  const type = gateway.feed.contract.getMessage('gatehouse.resources.v1.CollectRequest');
  if (type === undefined) throw new Error('no type');
  return toBinary(type, Object.keys(value).length === 0 ? create(type) : fromJson(type, value));
}

function reply(bytes: Uint8Array): unknown {
  const type = gateway.feed.contract.getMessage('gatehouse.resources.v1.CollectReply');
  return type && toJson(type, fromBinary(type, bytes));
}

describe('a call', () => {
  it('of Connect is a message each way, in JSON or in wire format', async () => {
    echo();
    const json = await send(ECHO, 'application/json; charset=utf-8', '{"text":"größer"}');
    expect(json).toMatchObject({ status: 200, headers: { 'content-type': JSON_TYPE } });
    expect(JSON.parse(json.body.toString())).toMatchObject({ text: 'größer' });
    const wire = await send(ECHO, PROTO, message({ text: 'hello' }));
    expect(wire).toMatchObject({ status: 200, headers: { 'content-type': PROTO } });
    expect(reply(wire.body)).toEqual({ text: 'hello' });
    expect(wire.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.anything(),
    });
  });

  it('of gRPC-Web ends with its trailers', async () => {
    echo();
    const { headers, body } = await send(ECHO, GRPC_WEB, framed(message({ text: 'hello' })));
    expect(headers['content-type']).toBe(GRPC_WEB);
    const [[flags, text] = [], last] = framesOf(body);
    expect([flags, reply(Buffer.from(text ?? '', 'latin1'))]).toEqual([0, { text: 'hello' }]);
    expect(last).toEqual([0x80, 'grpc-status: 0\r\n']);
  });

  it('that streams ends with what Connect says of its end', async () => {
    gateway.feed.behaviour.Watch = (call) => {
      call.write({ number: 1 });
      call.write({ number: 2 });
    };
    const { body } = await send(WATCH, STREAM, framed(Buffer.from('{}')));
    expect(framesOf(body)).toEqual([
      [0, '{"number":1,"text":""}'],
      [0, '{"number":2,"text":""}'],
      [2, '{}'],
    ]);
  });

  it('with a stream of messages is taken as it comes', async () => {
    gateway.feed.behaviour.Collect = async (call) => {
      let count = 0;
      for await (const _ of call) count++;
      return { count };
    };
    const messages = Array.from({ length: 3 }, () => framed(Buffer.from('{"text":"a"}')));
    const { body } = await send(COLLECT, STREAM, Buffer.concat(messages));
    expect(framesOf(body)).toEqual([
      [0, expect.stringContaining('"count":3')],
      [2, '{}'],
    ]);
  });

  it('that fails is JSON with the status of its code', async () => {
    gateway.feed.behaviour.Echo = () =>
      Promise.reject(
        new AppError({ code: status.ABORTED, reason: 'MOVED', message: 'gone', retryAfterMs: 1_500 }),
      );
    const answer = await send(ECHO, PROTO);
    expect(answer).toMatchObject({ status: 409, headers: { 'content-type': JSON_TYPE, 'retry-after': '2' } });
    expect(JSON.parse(answer.body.toString())).toEqual({
      code: 'aborted',
      message: 'gone',
      details: [
        { type: 'google.rpc.ErrorInfo', value: expect.not.stringContaining('=') },
        { type: 'google.rpc.RetryInfo', value: expect.any(String) },
      ],
    });
  });

  it('has one line in the log', async () => {
    echo();
    const answer = await send(ECHO, JSON_TYPE, '{"text":"private"}');
    const line = await gateway.lineOf(answer);
    expect(line).toMatchObject({ route: ECHO, grpc_path: ECHO, grpc_code: 'OK', http_status: 200 });
    expect(JSON.stringify(line)).not.toContain('private');
  });
});

describe.each(forms)('in %s,', (contentType, path, body) => {
  const call = (
    headers: Readonly<Record<string, string | string[]>> = bearer,
    sent = body(new Uint8Array()),
  ) => send(path, contentType, sent, headers);

  it.each(['/gatehouse.auth.v1.TokenService/Introspect', '/gatehouse.auth.v1.RevocationService/Watch'])(
    '%s is answered as a method that there is not',
    async (internal) => {
      const answers = [];
      for (const name of ['/none.v1.None/Nothing', internal])
        answers.push(await send(name, contentType, body(new Uint8Array())));
      const [none, named] = answers.map((answer) => {
        const text = answer.body.toString().replaceAll(String(answer.headers['x-request-id']), '');
        return [answer.status, text.replace(/\/[\w.]+\/\w+/g, '')];
      });
      expect(named).toEqual(none);
      // JSON for a path that is none of a method is of REST.
      if (contentType === JSON_TYPE) expect(named?.[0]).toBe(404);
      else
        expect(told(contentType, answers[1] as Answer)).toEqual({
          code: 'unimplemented',
          reason: 'METHOD_UNKNOWN',
        });
    },
  );

  it.each<[string, () => Record<string, string | string[]>, string, string]>([
    ['without a credential', () => ({}), 'unauthenticated', 'UNAUTHENTICATED'],
    [
      'without the permission',
      () => ({ authorization: `Bearer ${gateway.accessToken('users:read')}` }),
      'permission_denied',
      'PERMISSION_MISSING',
    ],
    [
      'with two credentials',
      () => ({ ...bearer, 'x-api-key': specApiKey() }),
      'invalid_argument',
      'CREDENTIALS_CONFLICT',
    ],
    [
      'with a cookie from a page of another site',
      () => ({ ...cookieOf(specSecret()), 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
      'permission_denied',
      'CROSS_SITE_REQUEST',
    ],
    [
      'with a cookie and no word of the page',
      () => ({ ...cookieOf(specSecret()), origin: 'https://evil.example' }),
      'permission_denied',
      'CROSS_SITE_REQUEST',
    ],
    [
      'with two request IDs',
      () => ({ ...bearer, 'x-request-id': ['a', 'b'] }),
      'invalid_argument',
      'HEADER_DUPLICATE',
    ],
  ])('who calls %s is refused in that form', async (_name, headers, code, reason) => {
    serveExchange(gateway);
    echo();
    expect(told(contentType, await call(headers()))).toEqual({ code, reason });
    expect(calls).toBe(0);
  });

  it('messages are not compressed', async () => {
    const name = { [JSON_TYPE]: '', [PROTO]: '', [GRPC_WEB]: 'grpc-', [STREAM]: 'connect-content-' }[
      contentType
    ];
    const header = name === '' ? 'content-encoding' : `${name}encoding`;
    const answer = await call({ ...bearer, [header]: 'gzip' });
    expect(told(contentType, answer)).toEqual({
      code: 'unimplemented',
      reason: 'MESSAGE_ENCODING_UNSUPPORTED',
    });
  });

  it('a request that is too large is refused', async () => {
    echo();
    const answer = await call(bearer, Buffer.alloc(1024 * 1024 + 1));
    expect(told(contentType, answer)).toEqual({ code: 'resource_exhausted', reason: 'BODY_TOO_LARGE' });
    expect(calls).toBe(0);
  });
});

describe('frames', () => {
  it.each<[string, Buffer, string]>([
    ['that end within a message', framed(Buffer.from('abc'), 0, 4), 'FRAME_MALFORMED'],
    ['that end within a prefix', Buffer.from([0, 0]), 'FRAME_MALFORMED'],
    ['that say they are compressed', framed(Buffer.from('abc'), 1), 'FRAME_MALFORMED'],
    ['that end a stream', framed(Buffer.alloc(0), 0x80), 'FRAME_MALFORMED'],
    ['of two messages', Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))]), 'MESSAGE_COUNT'],
    ['of none', Buffer.alloc(0), 'MESSAGE_COUNT'],
    ['that are larger than any', framed(Buffer.alloc(0), 0, 2 ** 32 - 1), 'MESSAGE_TOO_LARGE'],
  ])('%s are refused', async (_name, body, reason) => {
    echo();
    expect(told(GRPC_WEB, await send(ECHO, GRPC_WEB, body))).toMatchObject({ reason });
    expect(calls).toBe(0);
  });
});

describe('a request', () => {
  it.each([
    [ECHO, 'text/plain'],
    [ECHO, undefined],
    [ECHO, 'application/grpc-web-text'],
    [ECHO, STREAM],
    [WATCH, JSON_TYPE],
  ])('of %s in %s is told what there is', async (path, contentType) => {
    const { status: code, headers } = await send(path, contentType, '{}');
    expect([code, headers['accept-post']]).toEqual([415, expect.stringContaining(PROTO)]);
  });

  it.each([
    ['GET', ECHO],
    ['PUT', ECHO],
    ['POST', `${ECHO}?a=b`],
    ['POST', `${ECHO}/`],
  ])('%s %s is for nobody', async (method, path) => {
    expect(await send(path, JSON_TYPE, '{}', bearer, method)).toMatchObject({ status: 404 });
  });

  it.each([
    ['connect-timeout-ms', 'soon', JSON_TYPE],
    ['connect-timeout-ms', '12345678901', PROTO],
    ['grpc-timeout', '1', GRPC_WEB],
  ])('with %s: %s is refused', async (name, value, contentType) => {
    const answer = await send(ECHO, contentType, framed(Buffer.alloc(0)), { ...bearer, [name]: value });
    expect(told(contentType, answer)).toEqual({ code: 'invalid_argument', reason: 'TIMEOUT_MALFORMED' });
  });

  it('of JSON that is none says which field', async () => {
    const answer = await send(ECHO, JSON_TYPE, '{"none":1}');
    expect(told(JSON_TYPE, answer)).toEqual({ code: 'invalid_argument', reason: 'FIELD_UNKNOWN' });
  });
});

describe('a page of another origin', () => {
  const ask = (origin: string) =>
    send(ECHO, undefined, '', { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');

  it('asks first, and may call from where it is let', async () => {
    const preflight = await ask(APP);
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'OPTIONS, POST',
        'access-control-allow-headers': expect.stringMatching(/connect-protocol-version.*x-grpc-web/),
      },
    });
    echo();
    const answer = await send(ECHO, PROTO, message({ text: 'a' }), {
      ...bearer,
      origin: APP,
      'sec-fetch-site': 'cross-site',
    });
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': APP } });
  });

  it('is told nothing from elsewhere', async () => {
    const { headers } = await ask('https://evil.example');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('gets a session as a cookie, and never its secret', async () => {
    const secret = specSecret();
    gateway.backend.behaviour.createSession = () => ({ session: undefined, sessionSecret: secret }) as never;
    const page = { origin: APP, 'sec-fetch-site': 'cross-site' };
    const answer = await send(CREATE_SESSION, JSON_TYPE, '{}', page);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'set-cookie': [expect.stringContaining(secret)] },
    });
    expect(answer.body.toString()).toBe('{}');
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(told(JSON_TYPE, await send(CREATE_SESSION, JSON_TYPE, '{}', evil))).toMatchObject({
      reason: 'CROSS_SITE_REQUEST',
    });
  });
});
