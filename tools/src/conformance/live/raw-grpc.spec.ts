import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callRawGrpc } from './raw-grpc.js';

/** What a call sends, as it arrives. */
interface Arrived {
  readonly fields: string[];
  readonly trailers: Record<string, unknown>;
}

describe('callRawGrpc', () => {
  let server: Http2Server;
  let answer: (stream: ServerHttp2Stream) => void;
  let arrived: Promise<Arrived>;

  beforeEach(async () => {
    server = createServer({ strictSingleValueFields: false });
    arrived = new Promise((resolve) => {
      server.on('stream', (stream, _headers, _flags, raw) => {
        let trailers: Record<string, unknown> = {};
        stream.on('trailers', (fields) => (trailers = fields));
        stream.on('error', () => undefined);
        stream.resume().on('end', () => {
          resolve({ fields: raw.filter((_value, at) => raw[at - (at % 2)] === 'authorization'), trailers });
          answer(stream);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const call = (headers: [string, string][], trailers: [string, string][] = []) =>
    callRawGrpc(`127.0.0.1:${(server.address() as AddressInfo).port}`, '/a.B/C', headers, trailers);
  const respond = (code: string) => (stream: ServerHttp2Stream) =>
    stream.respond({ ':status': 200, 'grpc-status': code }, { endStream: true });

  it('sends a field twice, in order', async () => {
    answer = respond('16');
    const twice: [string, string][] = [
      ['authorization', 'first'],
      ['authorization', 'second'],
    ];
    expect(await call(twice)).toBe('UNAUTHENTICATED');
    expect((await arrived).fields).toEqual(['authorization', 'first', 'authorization', 'second']);
  });

  it('sends trailers behind the message', async () => {
    answer = respond('0');
    expect(await call([], [['authorization', 'late']])).toBe('OK');
    expect(await arrived).toMatchObject({ fields: [], trailers: { authorization: 'late' } });
  });

  it('counts a reset as INTERNAL', async () => {
    answer = (stream) => stream.close(0x2);
    expect(await call([])).toBe('INTERNAL');
  });
});
