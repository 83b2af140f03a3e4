import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Random } from '../spec/random.js';
import { message } from '../spec/wire.js';
import { grpcJsClient, ourClient, type Learned, type SpecClient, type Values } from './spec/both-clients.js';
import { SpecService } from './spec/spec-service.js';

const bytes = (text: string) => Buffer.from(text);

describe('of a service of grpc-js a caller learns what one of grpc-js learns', () => {
  const service = new SpecService();
  let ours: SpecClient;
  let theirs: SpecClient;
  beforeAll(async () => {
    const address = await service.start();
    [ours, theirs] = [ourClient(address), grpcJsClient(address)];
  });
  afterAll(() => {
    ours.close();
    theirs.close();
    service.close();
  });

  async function expectSame(call: (client: SpecClient) => Promise<Learned>): Promise<Learned> {
    const [own, other] = [await call(ours), await call(theirs)];
    expect(own).toEqual(other);
    return own;
  }

  it.each([0, 1, 5, 16_379, 16_380, 65_536, 1_000_000])('when a message has %i octets', async (length) => {
    const request = new Random(length).bytes(length);
    const { messages } = await expectSame((client) => client.unary('/spec.Service/Echo', request));
    expect(messages).toEqual([request.toString('hex')]);
  });

  it.each(Array.from({ length: 17 }, (_, code) => code + 1))('when a call fails with %i', async (code) => {
    const details = ['nothing', 'a\nb', '100 %', 'für ☃', ''][code % 5];
    await expectSame((client) => client.unary('/spec.Service/Fail', bytes(`${code} ${details}`)));
  });

  const metadata: Values = {
    'x-one': 'a',
    'x-list': ['a', 'b', 'c d'],
    'x-bytes-bin': ['AAEC/w==', 'aGVsbG8='],
    'x-empty': '',
    authorization: `Bearer ${'x'.repeat(1_000)}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  it('when there is metadata, again and again', async () => {
    for (let round = 0; round < 3; round++) {
      const learned = await expectSame((client) =>
        client.unary('/spec.Service/Metadata', bytes(''), { ...metadata, 'x-round': String(round) }),
      );
      expect(learned.metadata).toMatchObject({ 'x-list': ['a, b, c d'], 'x-round': [String(round)] });
    }
  });

  it('when a method is not there', () =>
    expectSame((client) => client.unary('/spec.Service/Nothing', bytes(''))));

  it('when a reply is larger than admitted', async () => {
    const most = 4 * 1024 * 1024;
    expect((await ours.unary('/spec.Service/Large', bytes(String(most)))).code).toBe('OK');
    const { code } = await ours.unary('/spec.Service/Large', bytes(String(most + 1)));
    expect(code).toBe((await theirs.unary('/spec.Service/Large', bytes(String(most + 1)))).code);
  });

  it.each([0, 1, 1_000])('when %i messages come', async (count) => {
    const { messages } = await expectSame((client) =>
      client.serverStream('/spec.Service/Count', bytes(String(count))),
    );
    expect(messages).toHaveLength(count);
  });

  it('when a stream breaks off', () =>
    expectSame((client) => client.serverStream('/spec.Service/CountAndFail', bytes(''))));

  it.each([0, 1, 300])('when %i messages go', async (count) => {
    const requests = Array.from({ length: count }, () => Buffer.alloc(10_000));
    const { messages } = await expectSame((client) => client.clientStream('/spec.Service/Sum', requests));
    expect(messages).toEqual([bytes(`${count} ${count * 10_000}`).toString('hex')]);
  });

  it('when a service answers before it has read all', async () => {
    const requests = Array.from({ length: 50 }, () => Buffer.alloc(100, 'a'));
    await expectSame((client) => client.clientStream('/spec.Service/Enough', requests));
  });
});

describe('of a server that is no service of gRPC the callers learn the same code', () => {
  let server: Http2Server;
  let serve: (stream: ServerHttp2Stream) => void;
  const seen: { headers: string[]; body: string }[] = [];
  let ours: SpecClient;
  let theirs: SpecClient;
  beforeAll(async () => {
    server = createServer();
    server.on('stream', (stream, _headers, _flags, raw) => {
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        seen.push({ headers: raw as unknown as string[], body: Buffer.concat(chunks).toString('hex') });
        serve(stream);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    [ours, theirs] = [ourClient(address), grpcJsClient(address)];
  });
  afterAll(() => {
    ours.close();
    theirs.close();
    server.close();
  });

  const grpc = { ':status': 200, 'content-type': 'application/grpc' };
  const withTrailers = (stream: ServerHttp2Stream, body: Buffer, trailers: Record<string, string>) => {
    stream.respond(grpc, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(body);
  };
  const only = (headers: Record<string, string | number>) => (stream: ServerHttp2Stream) =>
    stream.respond(headers, { endStream: true });

  const REPLIES: readonly [what: string, serve: (stream: ServerHttp2Stream) => void][] = [
    ['trailers alone', only({ ...grpc, 'grpc-status': '5', 'grpc-message': 'gone' })],
    ['trailers alone, of OK', only({ ...grpc, 'grpc-status': '0' })],
    ['trailers with HTTP 503 that say something else', only({ ':status': 503, 'grpc-status': '7' })],
    ...[204, 400, 401, 403, 404, 429, 500, 502, 503, 504].map(
      (status): [string, (stream: ServerHttp2Stream) => void] => [
        `HTTP ${status}`,
        only({ ':status': status, 'content-type': 'text/html' }),
      ],
    ),
    ['no message', (stream) => withTrailers(stream, Buffer.alloc(0), { 'grpc-status': '0' })],
    ['an error behind a message', (stream) => withTrailers(stream, Buffer.alloc(5), { 'grpc-status': '3' })],
    ['no status', (stream) => withTrailers(stream, Buffer.alloc(5), { 'x-a': 'b' })],
    ...[1, 2, 7, 8, 11, 12, 13].map((code): [string, (stream: ServerHttp2Stream) => void] => [
      `a reset (${code})`,
      (stream) => stream.close(code),
    ]),
  ];
  it.each(REPLIES)('%s', async (_what, reply) => {
    serve = reply;
    const { code } = await ours.unary('/spec.Service/Get', bytes('a'));
    expect({ code }).toEqual({ code: (await theirs.unary('/spec.Service/Get', bytes('a'))).code });
  });

  it('and it is sent the same', async () => {
    serve = (stream) => withTrailers(stream, message('b'), { 'grpc-status': '0' });
    for (let round = 0; round < 3; round++) {
      seen.splice(0);
      const metadata = {
        'x-list': ['a', 'b'],
        'x-bin': 'AAEC',
        authorization: 'Bearer x',
        'x-n': `${round}`,
      };
      for (const client of [ours, theirs])
        expect(await client.unary('/spec.Service/Get', Buffer.alloc(70_000, round), metadata)).toMatchObject({
          code: 'OK',
        });
      const [own, other] = seen.map(({ headers, body }) => ({ headers: fieldsOf(headers), body }));
      expect(own).toEqual(other);
    }
  });
});

/** Names and values, without what says who calls, until when, and that a client would expand what is compressed. */
function fieldsOf(raw: readonly string[]): string[] {
  const fields = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`] : []));
  const own = /^(?:user-agent|grpc-timeout|grpc-accept-encoding|accept-encoding): /;
  return fields.filter((field) => !own.test(field)).toSorted();
}
