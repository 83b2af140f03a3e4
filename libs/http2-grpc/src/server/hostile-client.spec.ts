import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType, MAX_FRAME_SIZE, PREFACE } from '../frames/frame.js';
import { HpackEncoder } from '../hpack/hpack-encoder.js';
import { RawClient, request } from '../spec/raw-client.js';
import * as wire from '../spec/wire.js';
import { SpecServer } from './spec/spec-server.js';

const { data, frame, headers, message, settings, uint32, windowUpdate } = wire;
const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, CONTINUATION } = FrameType;

let server: SpecServer;
let client: RawClient;
beforeEach(async () => {
  server = await SpecServer.start();
});
afterEach(() => {
  client.close();
  server.close();
});

/** Whatever one client has done, the next one is served. */
async function expectOthersServed(): Promise<void> {
  const other = await RawClient.open(server.port);
  other.call(1, 'other');
  await eventually(() => expect(other.statusOf(1)).toBe('0'));
  other.close();
}

const none = Buffer.alloc(0);
const begun = headers(1, request());
const half = frame(HEADERS, 0, 1, wire.block(request()));

type Row = readonly [what: string, code: keyof typeof ErrorCode, ...frames: Buffer[]];

/** What breaks the connection, and by which code it is ended (RFC 9113, sections 5 and 6). */
const BREAKING: readonly Row[] = [
  ['DATA of no stream', 'PROTOCOL_ERROR', frame(DATA, 0, 0, message(''))],
  ['DATA of a stream that is not open', 'PROTOCOL_ERROR', data(1, message(''))],
  [
    'DATA with more padding than there is',
    'PROTOCOL_ERROR',
    begun,
    frame(DATA, Flag.PADDED, 1, Buffer.from([9])),
  ],
  ['HEADERS of no stream', 'PROTOCOL_ERROR', headers(0, request())],
  ["HEADERS of a stream of the server's", 'PROTOCOL_ERROR', headers(2, request())],
  ['HEADERS of a stream before the last', 'PROTOCOL_ERROR', headers(5, request()), headers(3, request())],
  ['HEADERS that cannot be decoded', 'COMPRESSION_ERROR', frame(HEADERS, 5, 1, Buffer.from([0xff]))],
  ['HEADERS with half a priority', 'FRAME_SIZE_ERROR', frame(HEADERS, Flag.PRIORITY | 4, 1, uint32(3))],
  ['PRIORITY of no stream', 'PROTOCOL_ERROR', frame(PRIORITY, 0, 0, Buffer.alloc(5))],
  ['RST_STREAM of a stream that is not open', 'PROTOCOL_ERROR', frame(RST_STREAM, 0, 1, uint32(8))],
  ['RST_STREAM of a wrong size', 'FRAME_SIZE_ERROR', begun, frame(RST_STREAM, 0, 1, none)],
  ['SETTINGS of a stream', 'PROTOCOL_ERROR', frame(SETTINGS, 0, 1)],
  ['SETTINGS of a wrong size', 'FRAME_SIZE_ERROR', frame(SETTINGS, 0, 0, Buffer.alloc(3))],
  ['an ACK with settings', 'FRAME_SIZE_ERROR', frame(SETTINGS, Flag.ACK, 0, Buffer.alloc(6))],
  [
    'SETTINGS with a window beyond 2^31-1',
    'FLOW_CONTROL_ERROR',
    settings([Setting.INITIAL_WINDOW_SIZE, 2 ** 31]),
  ],
  ['SETTINGS with frames that are too small', 'PROTOCOL_ERROR', settings([Setting.MAX_FRAME_SIZE, 1])],
  ['PUSH_PROMISE', 'PROTOCOL_ERROR', frame(PUSH_PROMISE, 4, 1, uint32(2))],
  ['PING of a stream', 'PROTOCOL_ERROR', frame(PING, 0, 1, Buffer.alloc(8))],
  ['PING of a wrong size', 'FRAME_SIZE_ERROR', frame(PING, 0, 0, Buffer.alloc(9))],
  ['GOAWAY of a stream', 'PROTOCOL_ERROR', frame(GOAWAY, 0, 1, uint32(0, 0))],
  ['WINDOW_UPDATE by nothing', 'PROTOCOL_ERROR', windowUpdate(0, 0)],
  ['WINDOW_UPDATE of a stream that is not open', 'PROTOCOL_ERROR', windowUpdate(1, 1)],
  ['a window beyond 2^31-1', 'FLOW_CONTROL_ERROR', windowUpdate(0, 2 ** 31 - 1)],
  ['CONTINUATION of nothing', 'PROTOCOL_ERROR', frame(CONTINUATION, 4, 1)],
  ['another frame within a header block', 'PROTOCOL_ERROR', half, headers(3, request())],
  ['a frame that is too large', 'FRAME_SIZE_ERROR', frame(DATA, 0, 1, Buffer.alloc(MAX_FRAME_SIZE + 1))],
];

describe('what breaks the connection', () => {
  it.each(BREAKING)('%s: %s; others are served', async (_what, code, ...frames) => {
    client = await RawClient.open(server.port);
    client.send(...frames);
    await eventually(() => expect(client.goaway).toBe(ErrorCode[code]));
    await eventually(() => expect(client.isClosed).toBe(true));
    expect(server.calls.every(({ isCancelled }) => isCancelled)).toBe(true);
    await expectOthersServed();
  });

  it('HEADERS of a stream that is over: STREAM_CLOSED', async () => {
    client = await RawClient.open(server.port);
    client.call(1);
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
    client.call(1);
    await eventually(() => expect(client.goaway).toBe(ErrorCode.STREAM_CLOSED));
    await expectOthersServed();
  });

  it.each([
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')],
    ['a preface that is not quite one', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r!')],
    ['TLS', Buffer.from('160301020001000200', 'hex')],
    [
      'a preface with something else than SETTINGS behind',
      Buffer.concat([PREFACE, frame(PING, 0, 0, Buffer.alloc(8))]),
    ],
  ])('is also %s', async (_what, greeting) => {
    client = await RawClient.open(server.port, greeting);
    await eventually(() => expect(client.isClosed).toBe(true));
    await expectOthersServed();
  });

  it('is not a beginning that comes octet by octet', async () => {
    client = await RawClient.openSlowly(server.port);
    client.call(1, 'well');
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
  });
});

type Fault = readonly [
  what: string,
  ended: `reset ${keyof typeof ErrorCode}` | `status ${number}` | `HTTP ${number}`,
  ...frames: Buffer[],
];

const without = (name: string) => request().filter(([field]) => field !== name);
const call = (fields: wire.Fields) => headers(1, fields, Flag.END_STREAM);

/** What ends one call alone, and how. */
const FAULTS: readonly Fault[] = [
  ['no path', 'reset PROTOCOL_ERROR', call(without(':path'))],
  ['an empty path', 'reset PROTOCOL_ERROR', call(request(''))],
  ['no method', 'reset PROTOCOL_ERROR', call(without(':method'))],
  ['no scheme', 'reset PROTOCOL_ERROR', call(without(':scheme'))],
  ['two paths', 'reset PROTOCOL_ERROR', call([[':path', '/'], ...request()])],
  ['a status', 'reset PROTOCOL_ERROR', call([[':status', '200'], ...request()])],
  ['a pseudo-header behind others', 'reset PROTOCOL_ERROR', call(request().toReversed())],
  ['capitals in a name', 'reset PROTOCOL_ERROR', call(request('/a', ['X-A', 'b']))],
  ['a line end in a value', 'reset PROTOCOL_ERROR', call(request('/a', ['x-a', 'b\nc']))],
  ['a header of HTTP/1.1', 'reset PROTOCOL_ERROR', call(request('/a', ['connection', 'close']))],
  ['another te', 'reset PROTOCOL_ERROR', call(request('/a', ['te', 'gzip']))],
  ['a length that is none', 'reset PROTOCOL_ERROR', call(request('/a', ['content-length', '-1']))],
  [
    'more DATA than announced',
    'reset PROTOCOL_ERROR',
    headers(1, request('/a', ['content-length', '4'])),
    data(1, message(''), 1),
  ],
  ['headers in the trailers', 'reset PROTOCOL_ERROR', begun, headers(1, request(), Flag.END_STREAM)],
  ['trailers that do not end', 'reset PROTOCOL_ERROR', begun, headers(1, [['x', 'a']])],
  ['DATA behind its end', 'reset STREAM_CLOSED', headers(1, request('/hold'), 1), data(1, message(''))],
  [
    'HEADERS behind its end',
    'reset STREAM_CLOSED',
    headers(1, request('/hold'), 1),
    headers(1, [['x', 'a']], 1),
  ],
  ['a window beyond 2^31-1', 'reset FLOW_CONTROL_ERROR', begun, windowUpdate(1, 2 ** 31 - 1)],
  ['a window opened by nothing', 'reset PROTOCOL_ERROR', begun, windowUpdate(1, 0)],
  ['GET', 'HTTP 405', call([[':method', 'GET'], ...without(':method')])],
  ['another type', 'HTTP 415', call([...without('content-type'), ['content-type', 'text/html']])],
  ['no type', 'HTTP 415', call(without('content-type'))],
  ['a timeout that is none', 'status 13', call(request('/a', ['grpc-timeout', 'soon']))],
  ['a compressed message', 'status 13', begun, data(1, message('x', 1), Flag.END_STREAM)],
  ['half a message', 'status 13', begun, data(1, message('abc').subarray(0, 6), Flag.END_STREAM)],
  ['a message beyond 4 MiB', 'status 8', begun, data(1, Buffer.from('0000400001', 'hex'))],
  ['too much metadata', 'status 8', bomb()],
];

describe('what ends one call', () => {
  beforeEach(() => {
    server.onCall = ({ stream }) => {
      if (stream.path !== '/hold') stream.end({ code: 0, details: '', metadata: {} });
    };
  });

  it.each(FAULTS)('%s: %s; the connection stays', async (_what, ended, ...frames) => {
    client = await RawClient.open(server.port);
    client.send(...frames);
    const [, kind = '', code = ''] = /^(\w+) (.*)$/.exec(ended) ?? [];
    await eventually(() => {
      if (kind === 'reset') expect(client.resetOf(1)).toBe(ErrorCode[code as keyof typeof ErrorCode]);
      else if (kind === 'HTTP') expect(client.headersOf(1)).toEqual([`:status: ${code}`]);
      else expect(client.statusOf(1)).toBe(code);
    });
    client.call(3, 'next');
    await eventually(() => expect(client.statusOf(3)).toBe('0'));
    expect(client.of(GOAWAY)).toEqual([]);
  });
});

/** A few hundred octets that stand for a list of 40,000. */
function bomb(): Buffer {
  const encoder = new HpackEncoder();
  const bytes = Buffer.alloc(4_096);
  encoder.begin(bytes, 0);
  for (const [name, value] of request()) encoder.neverIndexed(name, value);
  for (let field = 0; field < 50; field++) encoder.indexed('x', 'a'.repeat(800));
  return frame(HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, bytes.subarray(0, encoder.end()));
}
