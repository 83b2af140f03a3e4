import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType, MAX_FRAME_SIZE } from '../frames/frame.js';
import { HpackEncoder } from '../hpack/hpack-encoder.js';
import { Status } from '../grpc/status.js';
import { OK, RawServer, REPLY } from '../spec/raw-server.js';
import { data, frame, headers, message, uint32, windowUpdate, type Fields } from '../spec/wire.js';
import type { Channel } from './channel.js';
import { open, start, unary } from './spec/calls.js';
import { firstOf, hostileToTheFirst } from './spec/hostile-first-call.js';

let server: RawServer;
let channel: Channel;
afterEach(() => {
  channel.close();
  server.close();
});

const resets = () =>
  firstOf(server)
    .of(FrameType.RST_STREAM)
    .map(({ payload }) => payload.readUInt32BE(0));

const begun = headers(1, REPLY);
const trailers = (...fields: Fields) => headers(1, fields, Flag.END_STREAM);
const reset = (code: number) => frame(FrameType.RST_STREAM, 0, 1, uint32(code));

/** A few hundred octets that stand for a list of 40,000. */
function bomb(): Buffer {
  const encoder = new HpackEncoder();
  const bytes = Buffer.alloc(4_096);
  encoder.begin(bytes, 0);
  for (const [name, value] of REPLY) encoder.neverIndexed(name, value);
  for (let field = 0; field < 50; field++) encoder.indexed('x', 'a'.repeat(800));
  return frame(FrameType.HEADERS, Flag.END_HEADERS, 1, bytes.subarray(0, encoder.end()));
}

type Row = readonly [
  what: string,
  code: string,
  reset: keyof typeof ErrorCode | 'no reset',
  ...frames: Buffer[],
];

/** What ends one call alone: by which code it ends, and by which its stream. */
const FAULTS: readonly Row[] = [
  ['DATA before HEADERS', 'INTERNAL', 'PROTOCOL_ERROR', data(1, message(''))],
  ['no status of HTTP', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, REPLY.slice(1))],
  ['two of them', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, [[':status', '200'], ...REPLY])],
  ['one that is no number', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, [[':status', 'ok'], ...REPLY.slice(1)])],
  ['a path', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, [[':path', '/'], ...REPLY])],
  ['a pseudo-header behind others', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, REPLY.toReversed())],
  ['capitals in a name', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, [...REPLY, ['X-A', 'a']])],
  ['a line end in a value', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, [...REPLY, ['x-a', 'a\r\nb: c']])],
  ['a header of HTTP/1.1', 'INTERNAL', 'PROTOCOL_ERROR', headers(1, [...REPLY, ['connection', 'close']])],
  ['headers in the trailers', 'INTERNAL', 'PROTOCOL_ERROR', begun, trailers(...REPLY, ...OK)],
  ['trailers that do not end', 'INTERNAL', 'PROTOCOL_ERROR', begun, headers(1, OK)],
  ['a window beyond 2^31-1', 'INTERNAL', 'FLOW_CONTROL_ERROR', windowUpdate(1, 2 ** 31 - 1)],
  ['a window opened by nothing', 'INTERNAL', 'PROTOCOL_ERROR', windowUpdate(1, 0)],
  ['PRIORITY of a wrong size', 'INTERNAL', 'FRAME_SIZE_ERROR', frame(FrameType.PRIORITY, 0, 1)],
  ['a compressed message', 'INTERNAL', 'CANCEL', begun, data(1, message('x', 1))],
  ['a message that is none', 'INTERNAL', 'CANCEL', begun, data(1, Buffer.from('<html>'))],
  [
    'a message beyond 4 MiB',
    'RESOURCE_EXHAUSTED',
    'CANCEL',
    begun,
    data(1, Buffer.from('0000400001', 'hex')),
  ],
  ['two messages', 'UNIMPLEMENTED', 'CANCEL', begun, data(1, message('')), data(1, message(''))],
  ['two messages at once', 'UNIMPLEMENTED', 'CANCEL', begun, data(1, Buffer.alloc(15))],
  ['no message', 'UNIMPLEMENTED', 'no reset', begun, trailers(...OK)],
  ['half a message', 'INTERNAL', 'no reset', begun, data(1, message('abc').subarray(0, 6)), trailers(...OK)],
  ['no trailers', 'INTERNAL', 'no reset', begun, data(1, message(''), Flag.END_STREAM)],
  ['trailers without a status', 'UNKNOWN', 'no reset', begun, trailers(['x', 'a'])],
  ['a status that there is not', 'UNKNOWN', 'no reset', begun, trailers(['grpc-status', '99'])],
  ['a status that is no number', 'UNKNOWN', 'no reset', begun, trailers(['grpc-status', 'x'])],
  ['too much metadata', 'RESOURCE_EXHAUSTED', 'CANCEL', headers(1, [...REPLY, ['x', 'a'.repeat(100_000)]])],
  ['a bomb of headers', 'RESOURCE_EXHAUSTED', 'CANCEL', bomb()],
  [
    'another type',
    'UNKNOWN',
    'CANCEL',
    headers(1, [
      [':status', '200'],
      ['content-type', 'text/html'],
    ]),
  ],
  [
    'a type alike',
    'UNKNOWN',
    'CANCEL',
    headers(1, [
      [':status', '200'],
      ['content-type', 'application/grpc-web'],
    ]),
  ],
  ['HTTP 503', 'UNAVAILABLE', 'CANCEL', headers(1, [[':status', '503']])],
  ['HTTP 404 and no more', 'UNIMPLEMENTED', 'no reset', headers(1, [[':status', '404']], Flag.END_STREAM)],
  ['RST_STREAM for no error', 'INTERNAL', 'no reset', reset(ErrorCode.NO_ERROR)],
  ['RST_STREAM to cancel', 'CANCELLED', 'no reset', reset(ErrorCode.CANCEL)],
  ['RST_STREAM to calm down', 'RESOURCE_EXHAUSTED', 'no reset', reset(ErrorCode.ENHANCE_YOUR_CALM)],
  ['RST_STREAM for security', 'PERMISSION_DENIED', 'no reset', reset(ErrorCode.INADEQUATE_SECURITY)],
  ['RST_STREAM by an unknown code', 'INTERNAL', 'no reset', reset(0xffff_ffff)],
];

describe('a reply', () => {
  it.each(FAULTS)('with %s is %s (%s), and the connection stays', async (_what, code, resetBy, ...frames) => {
    server = await hostileToTheFirst(...frames);
    channel = open(server.target);
    expect(await unary(channel)).toMatchObject({ code });
    expect(await unary(channel)).toMatchObject({ code: 'OK', message: 'well' });
    expect(resets()).toEqual(resetBy === 'no reset' ? [] : [ErrorCode[resetBy]]);
    expect(server.connections).toHaveLength(1);
  });

  it('with more than its window admits, of which nobody has read anything, is INTERNAL', async () => {
    const much = Array.from({ length: 20 }, () => data(1, message(Buffer.alloc(MAX_FRAME_SIZE - 5))));
    server = await hostileToTheFirst(begun, ...much);
    channel = open(server.target);
    const stream = channel.serverStream(start());
    await eventually(() => expect(resets()).toEqual([ErrorCode.FLOW_CONTROL_ERROR]));
    for (let count = 0; count < 16; count++) expect(await stream.next()).toMatchObject({ done: false });
    await expect(stream.next()).rejects.toMatchObject({ code: Status.INTERNAL });
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
  });
});
