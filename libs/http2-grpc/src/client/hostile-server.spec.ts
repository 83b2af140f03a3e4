import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType, MAX_FRAME_SIZE } from '../frames/frame.js';
import { RawServer, REPLY, type RawConnection } from '../spec/raw-server.js';
import * as wire from '../spec/wire.js';
import type { Channel } from './channel.js';
import { open, unary } from './spec/calls.js';
import { firstOf, hostileToTheFirst } from './spec/hostile-first-call.js';

const { data, frame, headers, message, settings, uint32, windowUpdate } = wire;

let server: RawServer;
let channel: Channel;
afterEach(() => {
  channel.close();
  server.close();
});

const {
  DATA,
  HEADERS,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  PUSH_PROMISE,
  PING,
  GOAWAY,
  WINDOW_UPDATE,
  CONTINUATION,
} = FrameType;
const none = Buffer.alloc(0);
const begun = headers(1, REPLY);
const open1 = frame(HEADERS, 0, 1, wire.block(REPLY));

/** What breaks the connection, and by which code it is ended (RFC 9113, section 6). */
const BREAKING: readonly [what: string, code: keyof typeof ErrorCode, frames: readonly Buffer[]][] = [
  ['DATA of no stream', 'PROTOCOL_ERROR', [frame(DATA, 0, 0, message(''))]],
  ['DATA of a stream of its own', 'PROTOCOL_ERROR', [data(2, message(''))]],
  ['DATA of a call that was not made', 'PROTOCOL_ERROR', [data(3, message(''))]],
  [
    'DATA with more padding than there is',
    'PROTOCOL_ERROR',
    [begun, frame(DATA, Flag.PADDED, 1, Buffer.from([9, 0]))],
  ],
  ['padded DATA of nothing', 'FRAME_SIZE_ERROR', [begun, frame(DATA, Flag.PADDED, 1)]],
  ['HEADERS of no stream', 'PROTOCOL_ERROR', [headers(0, REPLY)]],
  ['HEADERS of a stream of its own', 'PROTOCOL_ERROR', [headers(2, REPLY)]],
  ['HEADERS of a call that was not made', 'PROTOCOL_ERROR', [headers(5, REPLY)]],
  [
    'HEADERS with nothing but padding',
    'PROTOCOL_ERROR',
    [frame(HEADERS, Flag.PADDED | Flag.END_HEADERS, 1, Buffer.from([1]))],
  ],
  [
    'HEADERS with half a priority',
    'FRAME_SIZE_ERROR',
    [frame(HEADERS, Flag.PRIORITY | Flag.END_HEADERS, 1, uint32(3))],
  ],
  [
    'HEADERS that cannot be decoded',
    'COMPRESSION_ERROR',
    [frame(HEADERS, Flag.END_HEADERS, 1, Buffer.from([0xff]))],
  ],
  [
    'HEADERS with a table that was not agreed',
    'COMPRESSION_ERROR',
    [frame(HEADERS, Flag.END_HEADERS, 1, Buffer.from([0x3f, 0xff, 0xff, 0x03]))],
  ],
  [
    'trailers that cannot be decoded',
    'COMPRESSION_ERROR',
    [begun, frame(HEADERS, 5, 1, Buffer.from([0x80]))],
  ],
  ['PRIORITY of no stream', 'PROTOCOL_ERROR', [frame(PRIORITY, 0, 0, Buffer.alloc(5))]],
  ['RST_STREAM of no stream', 'PROTOCOL_ERROR', [frame(RST_STREAM, 0, 0, uint32(0))]],
  ['RST_STREAM of a call that was not made', 'PROTOCOL_ERROR', [frame(RST_STREAM, 0, 3, uint32(0))]],
  ['RST_STREAM of a wrong size', 'FRAME_SIZE_ERROR', [frame(RST_STREAM, 0, 1, none)]],
  ['SETTINGS of a stream', 'PROTOCOL_ERROR', [frame(SETTINGS, 0, 1, none)]],
  ['SETTINGS of a wrong size', 'FRAME_SIZE_ERROR', [frame(SETTINGS, 0, 0, Buffer.alloc(5))]],
  ['an ACK with settings', 'FRAME_SIZE_ERROR', [frame(SETTINGS, Flag.ACK, 0, Buffer.alloc(6))]],
  ['an ACK of no SETTINGS', 'PROTOCOL_ERROR', [wire.SETTINGS_ACK]],
  ['SETTINGS with a push that is neither on nor off', 'PROTOCOL_ERROR', [settings([Setting.ENABLE_PUSH, 2])]],
  [
    'SETTINGS with a window beyond 2^31-1',
    'FLOW_CONTROL_ERROR',
    [settings([Setting.INITIAL_WINDOW_SIZE, 2 ** 31])],
  ],
  ['SETTINGS with frames that are too small', 'PROTOCOL_ERROR', [settings([Setting.MAX_FRAME_SIZE, 16_383])]],
  [
    'SETTINGS with frames that are too large',
    'PROTOCOL_ERROR',
    [settings([Setting.MAX_FRAME_SIZE, 2 ** 24])],
  ],
  [
    'SETTINGS that make an open window too large',
    'FLOW_CONTROL_ERROR',
    [windowUpdate(1, 2 ** 31 - 1 - 65_535), settings([Setting.INITIAL_WINDOW_SIZE, 2 ** 31 - 1])],
  ],
  [
    'PUSH_PROMISE',
    'PROTOCOL_ERROR',
    [frame(PUSH_PROMISE, Flag.END_HEADERS, 1, Buffer.concat([uint32(2), wire.block(REPLY)]))],
  ],
  ['PING of a stream', 'PROTOCOL_ERROR', [frame(PING, 0, 1, Buffer.alloc(8))]],
  ['PING of a wrong size', 'FRAME_SIZE_ERROR', [frame(PING, 0, 0, Buffer.alloc(7))]],
  ['GOAWAY of a stream', 'PROTOCOL_ERROR', [frame(GOAWAY, 0, 1, uint32(0, 0))]],
  ['GOAWAY of a wrong size', 'FRAME_SIZE_ERROR', [frame(GOAWAY, 0, 0, uint32(0))]],
  ['WINDOW_UPDATE of a wrong size', 'FRAME_SIZE_ERROR', [frame(WINDOW_UPDATE, 0, 0, none)]],
  ['WINDOW_UPDATE by nothing', 'PROTOCOL_ERROR', [windowUpdate(0, 0)]],
  ['WINDOW_UPDATE of a call that was not made', 'PROTOCOL_ERROR', [windowUpdate(7, 1)]],
  ['a window beyond 2^31-1', 'FLOW_CONTROL_ERROR', [windowUpdate(0, 2 ** 31 - 1)]],
  ['CONTINUATION of nothing', 'PROTOCOL_ERROR', [frame(CONTINUATION, Flag.END_HEADERS, 1, none)]],
  [
    'CONTINUATION of another stream',
    'PROTOCOL_ERROR',
    [open1, frame(CONTINUATION, Flag.END_HEADERS, 3, none)],
  ],
  ['another frame within a header block', 'PROTOCOL_ERROR', [open1, frame(PING, 0, 0, Buffer.alloc(8))]],
  ['a frame of an unknown type within a header block', 'PROTOCOL_ERROR', [open1, frame(0xfe, 0, 1, none)]],
  ['a frame that is too large', 'FRAME_SIZE_ERROR', [frame(DATA, 0, 1, Buffer.alloc(MAX_FRAME_SIZE + 1))]],
  ['HTTP/1.1', 'FRAME_SIZE_ERROR', [Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')]],
];

describe('what breaks the connection', () => {
  it.each(BREAKING)('%s is %s; the call is UNAVAILABLE, the next one served', async (_what, code, frames) => {
    server = await hostileToTheFirst(...frames);
    channel = open(server.target);
    expect(await unary(channel)).toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(() => expect(firstOf(server).goaway).toBe(ErrorCode[code]));
    expect(await unary(channel)).toMatchObject({ code: 'OK', message: 'well' });
    expect(server.connections.length).toBe(2);
  });

  it.each([
    ['no SETTINGS', frame(PING, 0, 0, Buffer.alloc(8))],
    ['an ACK', wire.SETTINGS_ACK],
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is also %s in its beginning', async (_what, greeting) => {
    server = await RawServer.start({ greeting });
    channel = open(server.target);
    expect(await unary(channel)).toMatchObject({ code: 'UNAVAILABLE' });
    server.greeting = settings();
    await eventually(async () => expect(await unary(channel)).toMatchObject({ code: 'OK' }));
  });

  it('takes the other calls of the connection with it, and none of another one', async () => {
    server = await RawServer.start();
    channel = open(server.target, { connections: 2 });
    // More than one connection takes alone.
    const many = () => Array.from({ length: 100 }, () => unary(channel));
    await eventually(async () => {
      await Promise.all(many());
      expect(server.connections.filter((one) => one.of(HEADERS).length > 0)).toHaveLength(2);
    });
    const calls: { connection: RawConnection; streamId: number }[] = [];
    server.onRequest = (connection, streamId) => void calls.push({ connection, streamId });
    const outcomes = many();
    await eventually(() => expect(calls).toHaveLength(100));
    const first = firstOf(server);
    first.send(frame(DATA, 0, 0));
    await eventually(() => expect(first.goaway).toBe(ErrorCode.PROTOCOL_ERROR));
    const others = calls.filter(({ connection }) => connection !== first);
    for (const { connection, streamId } of others) connection.answer(streamId);
    const codes = (await Promise.all(outcomes)).map(({ code }) => code);
    expect(others.length).toBeGreaterThan(0);
    expect(codes.filter((code) => code === 'OK')).toHaveLength(others.length);
    expect(codes.filter((code) => code === 'UNAVAILABLE')).toHaveLength(100 - others.length);
  });
});
