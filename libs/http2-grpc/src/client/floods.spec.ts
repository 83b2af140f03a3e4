import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType } from '../frames/frame.js';
import { RawServer, REPLY } from '../spec/raw-server.js';
import { block, data, frame, headers, message, settings, windowUpdate } from '../spec/wire.js';
import type { Channel } from './channel.js';
import { open, start, unary } from './spec/calls.js';
import { firstOf } from './spec/hostile-first-call.js';

const MIB = 1024 * 1024;

/** What a flood may bring before it must have ended. */
const MOST = 64 * MIB;

let server: RawServer;
let channel: Channel;
beforeEach(async () => {
  server = await RawServer.start({ onRequest: () => undefined });
  channel = open(server.target);
});
afterEach(() => {
  channel.close();
  server.close();
});

const many = (one: Buffer, count = 500) => Buffer.concat(Array.from({ length: count }, () => one));

const FLOODS: readonly [what: string, begin: Buffer, again: Buffer][] = [
  ['PINGs', Buffer.alloc(0), many(frame(FrameType.PING, 0, 0, Buffer.alloc(8)))],
  ['answers to no PING', Buffer.alloc(0), many(frame(FrameType.PING, Flag.ACK, 0, Buffer.alloc(8)))],
  ['SETTINGS', Buffer.alloc(0), many(settings([Setting.INITIAL_WINDOW_SIZE, 70_000]))],
  ['SETTINGS of nothing', Buffer.alloc(0), many(settings())],
  [
    'SETTINGS full of the same',
    Buffer.alloc(0),
    settings(...Array(2_700).fill([Setting.INITIAL_WINDOW_SIZE, 70_000])),
  ],
  ['priorities', Buffer.alloc(0), many(frame(FrameType.PRIORITY, 0, 1, Buffer.alloc(5)))],
  ['frames of an unknown type', Buffer.alloc(0), many(frame(0xfa, 0, 0))],
  ['empty DATA', headers(1, REPLY), many(data(1, Buffer.alloc(0)))],
  [
    'DATA of padding alone',
    headers(1, REPLY),
    many(frame(FrameType.DATA, Flag.PADDED, 1, Buffer.alloc(100, 99))),
  ],
  ['windows opened by an octet', Buffer.alloc(0), many(windowUpdate(0, 1))],
  [
    'CONTINUATION',
    frame(FrameType.HEADERS, 0, 1, block(REPLY)),
    many(frame(FrameType.CONTINUATION, 0, 1, block([['x', 'a'.repeat(1_000)]]))),
  ],
  [
    'CONTINUATION of nothing',
    frame(FrameType.HEADERS, 0, 1, block(REPLY)),
    many(frame(FrameType.CONTINUATION, 0, 1)),
  ],
];

describe('a service that floods', () => {
  it.each(FLOODS)('with %s loses the connection for it, before long', async (_what, begin, again) => {
    const outcome = unary(channel);
    await eventually(() => expect(firstOf(server).of(FrameType.HEADERS)).toHaveLength(1));
    const first = firstOf(server);
    first.send(begin);
    expect(await first.flood(() => again, MOST)).toBeLessThan(MOST);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
    // The kernel may throw the last words away with what nobody has read.
    expect([ErrorCode.ENHANCE_YOUR_CALM, undefined]).toContain(first.goaway);
    server.onRequest = (connection, streamId) => connection.answer(streamId, 'well');
    await eventually(async () => expect(await unary(channel)).toMatchObject({ code: 'OK', message: 'well' }));
  });

  it('with DATA that nobody takes stops at the window of the stream', async () => {
    const stream = channel.serverStream(start());
    await eventually(() => expect(firstOf(server).of(FrameType.HEADERS)).toHaveLength(1));
    const first = firstOf(server);
    const window = first.of(FrameType.SETTINGS)[0]?.payload;
    const identifiers = Array.from({ length: (window?.length ?? 0) / 6 }, (_, index) => 6 * index);
    const at = identifiers.find((index) => window?.readUInt16BE(index) === Setting.INITIAL_WINDOW_SIZE) ?? 0;
    let left = window?.readUInt32BE(at + 2) ?? 0;
    first.send(headers(1, REPLY));
    for (; left >= 1_005; left -= 1_005) first.send(data(1, message(Buffer.alloc(1_000))));
    first.send(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    await eventually(() => expect(first.of(FrameType.PING)).toHaveLength(1));
    expect(first.of(FrameType.WINDOW_UPDATE).filter(({ streamId }) => streamId === 1)).toEqual([]);
    for (let message = 0; message < 260; message++) await stream.next();
    await eventually(() =>
      expect(first.of(FrameType.WINDOW_UPDATE).filter(({ streamId }) => streamId === 1)).not.toEqual([]),
    );
    stream.cancel();
  });

  it('has no more of its frames read than it reads answers', async () => {
    const outcome = unary(channel);
    await eventually(() => expect(firstOf(server).of(FrameType.HEADERS)).toHaveLength(1));
    const first = firstOf(server);
    first.socket.pause();
    await first.flood(() => many(frame(FrameType.PING, 0, 0, Buffer.alloc(8))), MOST);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
  });
});
