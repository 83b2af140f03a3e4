import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { FrameType } from '../frames/frame.js';
import { RawClient, request } from '../spec/raw-client.js';
import { block, data, frame, headers, message, settings, uint32, windowUpdate } from '../spec/wire.js';
import { SpecServer } from './spec/spec-server.js';

const MIB = 1024 * 1024;

/** What a flood may bring before it must have ended. */
const MOST = 64 * MIB;

let server: SpecServer;
let client: RawClient;
beforeEach(async () => {
  server = await SpecServer.start();
  client = await RawClient.open(server.port);
});
afterEach(() => {
  client.close();
  server.close();
});

const none = Buffer.alloc(0);
const many = (one: Buffer, count = 500) => Buffer.concat(Array.from({ length: count }, () => one));
const begun = headers(1, request());

/** The same frames for one stream after the other. */
function eachStream(make: (streamId: number) => readonly Buffer[]): () => Buffer {
  let streamId = 1;
  return () => {
    const frames: Buffer[] = [];
    for (let count = 0; count < 200; count++, streamId += 2) frames.push(...make(streamId));
    return Buffer.concat(frames);
  };
}

const reset = (streamId: number) => frame(FrameType.RST_STREAM, 0, streamId, uint32(ErrorCode.CANCEL));

const FLOODS: readonly [what: string, begin: Buffer, again: () => Buffer][] = [
  ['PINGs', none, () => many(frame(FrameType.PING, 0, 0, Buffer.alloc(8)))],
  ['SETTINGS', none, () => many(settings([Setting.INITIAL_WINDOW_SIZE, 70_000]))],
  ['priorities', none, () => many(frame(FrameType.PRIORITY, 0, 1, Buffer.alloc(5)))],
  ['frames of an unknown type', none, () => many(frame(0xfa, 0, 0))],
  ['empty DATA', begun, () => many(data(1, none))],
  ['resets of a call that is over', Buffer.concat([begun, reset(1)]), () => many(reset(1))],
  ['windows opened by an octet', none, () => many(windowUpdate(0, 1))],
  [
    'CONTINUATION',
    frame(FrameType.HEADERS, 0, 1, block(request())),
    () => many(frame(FrameType.CONTINUATION, 0, 1, block([['x', 'a'.repeat(1_000)]]))),
  ],
  [
    'CONTINUATION of nothing',
    frame(FrameType.HEADERS, 0, 1, block(request())),
    () => many(frame(FrameType.CONTINUATION, 0, 1)),
  ],
  [
    'calls that are taken back (CVE-2023-44487)',
    none,
    eachStream((id) => [headers(id, request()), reset(id)]),
  ],
  [
    'calls that the server has to reset (CVE-2025-8671)',
    none,
    eachStream((id) => [headers(id, request()), windowUpdate(id, 0)]),
  ],
  ['calls that are malformed', none, eachStream((id) => [headers(id, [[':path', '/']])])],
  ['more calls than are admitted', none, eachStream((id) => [headers(id, request())])],
];

describe('a client that floods', () => {
  it.each(FLOODS)(
    'with %s loses the connection for it, and nobody else notices',
    async (_what, begin, again) => {
      client.send(begin);
      expect(await client.flood(again, MOST)).toBeLessThan(MOST);
      // The kernel may throw the last words away with what nobody has read.
      expect([ErrorCode.ENHANCE_YOUR_CALM, undefined]).toContain(client.goaway);
      await eventually(() => expect(server.calls.every(({ isCancelled }) => isCancelled)).toBe(true));
      const other = await RawClient.open(server.port);
      other.call(1, 'other');
      await eventually(() => expect(other.statusOf(1)).toBe('0'));
      other.close();
    },
  );

  it('with messages that nobody takes stops at the window of the stream', async () => {
    server.isTaking = false;
    client.send(begun);
    for (let octets = 0; octets + 1_005 <= 256 * 1024; octets += 1_005)
      client.send(data(1, message(Buffer.alloc(1_000))));
    client.send(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    await eventually(() => expect(client.of(FrameType.PING)).toHaveLength(1));
    const updates = () => client.of(FrameType.WINDOW_UPDATE).filter(({ streamId }) => streamId === 1);
    expect(updates()).toEqual([]);
    server.calls[0]?.stream.taken();
    await eventually(() => expect(updates()).toHaveLength(1));
    expect(client.of(FrameType.GOAWAY)).toEqual([]);
  });

  it('with more than the window of a stream has that stream reset', async () => {
    server.isTaking = false;
    client.send(begun, ...Array.from({ length: 17 }, () => data(1, message(Buffer.alloc(16_379)))));
    await eventually(() => expect(client.resetOf(1)).toBe(ErrorCode.FLOW_CONTROL_ERROR));
  });

  it('and does not read has no more of its frames answered', async () => {
    client.socket.pause();
    const ping = frame(FrameType.PING, 0, 0, Buffer.alloc(8));
    // Within what a client may send of them.
    expect(await client.flood(() => many(ping, 100), MOST)).toBeLessThan(MOST);
  });
});

describe('a client that measures how fast DATA comes', () => {
  it('by a PING for each frame is none that floods', async () => {
    const frames = 3_000;
    server.onCall = ({ stream }) => {
      for (let count = 0; count < frames; count++) stream.sendMessage(none);
      stream.end({ code: 0, details: '', metadata: {} });
    };
    client.call(1);
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
    client.send(many(frame(FrameType.PING, 0, 0, Buffer.alloc(8)), frames));
    await eventually(() => expect(client.of(FrameType.PING)).toHaveLength(frames));
    expect(client.of(FrameType.GOAWAY)).toEqual([]);
  });
});

describe('a client that is slow', () => {
  it('to read has an answer wait for it, and nobody else', async () => {
    server.onCall = ({ stream }) => {
      for (let count = 0; count < 100; count++) stream.sendMessage(Buffer.alloc(100_000));
      stream.end({ code: 0, details: '', metadata: {} });
    };
    client.call(1);
    await eventually(() => expect(client.of(FrameType.DATA).length).toBeGreaterThan(3));
    const octets = () => client.of(FrameType.DATA).reduce((sum, { payload }) => sum + payload.length, 0);
    await eventually(() => expect(octets()).toBe(65_535));
    expect(client.statusOf(1)).toBeUndefined();
    client.send(windowUpdate(0, 20_000_000), windowUpdate(1, 20_000_000));
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
    expect(octets()).toBe(100 * 100_005);
  });

  it('to read and takes back what it has allowed has the answer when it allows it again', async () => {
    server.onCall = ({ stream }) => {
      stream.sendMessage(Buffer.alloc(100_000));
      stream.end({ code: 0, details: '', metadata: {} });
    };
    client.send(settings([Setting.INITIAL_WINDOW_SIZE, 1_000_000]));
    client.call(1);
    const octets = () => client.of(FrameType.DATA).reduce((sum, { payload }) => sum + payload.length, 0);
    await eventually(() => expect(octets()).toBe(65_535));
    client.send(
      settings([Setting.INITIAL_WINDOW_SIZE, 0]),
      windowUpdate(0, 200_000),
      windowUpdate(1, 200_000),
    );
    await eventually(() => expect(client.statusOf(1)).toBe('0'));
    expect(octets()).toBe(100_005);
  });

  it('to begin has no connection for long', async () => {
    const hasty = await SpecServer.start({ greetingMs: 100 });
    const silent = await RawClient.open(hasty.port, none);
    await eventually(() => expect(silent.isClosed).toBe(true));
    hasty.close();
  });
});
