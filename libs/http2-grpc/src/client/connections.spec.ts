import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { ErrorCode } from '../frames/error-code.js';
import { Flag, FrameType } from '../frames/frame.js';
import { RawServer, REPLY, type RawConnection } from '../spec/raw-server.js';
import { frame, headers, settings, uint32 } from '../spec/wire.js';
import type { Channel } from './channel.js';
import { open, start, unary } from './spec/calls.js';
import { firstOf } from './spec/hostile-first-call.js';

let server: RawServer;
let channel: Channel;
beforeEach(async () => {
  server = await RawServer.start();
  channel = open(server.target);
});
afterEach(() => {
  channel.close();
  server.close();
});

const goaway = (lastStreamId: number, code: number = ErrorCode.NO_ERROR) =>
  frame(FrameType.GOAWAY, 0, 0, uint32(lastStreamId, code));
const refused = (streamId: number) =>
  frame(FrameType.RST_STREAM, 0, streamId, uint32(ErrorCode.REFUSED_STREAM));
const ids = (connection: RawConnection) => connection.of(FrameType.HEADERS).map(({ streamId }) => streamId);
const resets = (connection: RawConnection) => connection.of(FrameType.RST_STREAM).length;
const codes = async (calls: readonly ReturnType<typeof unary>[]) =>
  (await Promise.all(calls)).map(({ code }) => code);

/** Holds calls back until there are so many. */
async function hold(count: number): Promise<{ calls: ReturnType<typeof unary>[]; first: RawConnection }> {
  server.onRequest = () => undefined;
  const calls = Array.from({ length: count }, () => unary(channel));
  await eventually(() => expect(ids(firstOf(server))).toHaveLength(count));
  return { calls, first: firstOf(server) };
}

describe('a connection', () => {
  it('begins with the preface, and SETTINGS that take no pushes', async () => {
    await unary(channel);
    const [greeting] = firstOf(server).frames;
    expect(greeting).toMatchObject({ type: FrameType.SETTINGS, flags: 0, streamId: 0 });
    expect(greeting?.payload.subarray(0, 6)).toEqual(Buffer.from('000200000000', 'hex'));
    expect(ids(firstOf(server))).toEqual([1]);
  });

  it('acknowledges SETTINGS and answers PINGs', async () => {
    await unary(channel);
    const first = firstOf(server);
    first.send(
      settings([Setting.MAX_CONCURRENT_STREAMS, 7]),
      frame(FrameType.PING, 0, 0, Buffer.from('12345678')),
    );
    await eventually(() => expect(first.of(FrameType.PING)).toHaveLength(1));
    expect(first.of(FrameType.PING)[0]).toMatchObject({ flags: Flag.ACK, payload: Buffer.from('12345678') });
    expect(first.of(FrameType.SETTINGS).filter(({ flags }) => flags === Flag.ACK)).toHaveLength(2);
  });

  it('has no more calls at once than the service takes; others wait', async () => {
    server.greeting = settings([Setting.MAX_CONCURRENT_STREAMS, 2]);
    const { calls, first } = await hold(2);
    calls.push(unary(channel), unary(channel));
    first.answer(1);
    await eventually(() => expect(ids(first)).toEqual([1, 3, 5]));
    first.send(settings([Setting.MAX_CONCURRENT_STREAMS, 3]));
    await eventually(() => expect(ids(first)).toEqual([1, 3, 5, 7]));
    for (const id of [3, 5, 7]) first.answer(id);
    expect(await codes(calls)).toEqual(['OK', 'OK', 'OK', 'OK']);
  });

  it('is followed by another one when it has had all its calls', async () => {
    channel.close();
    channel = open(server.target, { limits: { maxCalls: 3 } });
    for (let call = 0; call < 7; call++) expect(await unary(channel)).toMatchObject({ code: 'OK' });
    expect(server.connections.map(ids)).toEqual([[1, 3, 5], [1, 3, 5], [1]]);
    await eventually(() => expect(firstOf(server).isClosed).toBe(true));
  });

  it('that is lost takes its calls with it, and is made again', async () => {
    const { calls, first } = await hold(3);
    first.socket.destroy();
    expect(await codes(calls)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    server.onRequest = (connection, streamId) => connection.answer(streamId);
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
  });

  it('whose other end does not answer is given up', async () => {
    channel.close();
    channel = open(server.target, {
      limits: { keepalive: { timeMs: 100, timeoutMs: 400, withoutCalls: false } },
    });
    server.onRequest = (connection) => void connection.socket.pause();
    expect(await unary(channel)).toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(() => expect(server.connections).toHaveLength(2));
  });

  it('whose other end answers PINGs is kept, however long a call takes', async () => {
    channel.close();
    channel = open(server.target, {
      limits: { keepalive: { timeMs: 20, timeoutMs: 5_000, withoutCalls: false } },
    });
    server.onRequest = () => undefined;
    const call = unary(channel);
    const pings = () => firstOf(server).of(FrameType.PING);
    for (let count = 1; count <= 5; count++) {
      await eventually(() => expect(pings()).toHaveLength(count));
      firstOf(server).send(frame(FrameType.PING, Flag.ACK, 0, pings().at(-1)?.payload));
    }
    firstOf(server).answer(1);
    expect(await call).toMatchObject({ code: 'OK' });
    expect(server.connections).toHaveLength(1);
  });
});

describe('a service that ends a connection', () => {
  it('finishes the calls that it has begun; the others are made on the next one, whatever they are', async () => {
    const { calls, first } = await hold(4);
    server.onRequest = (connection, streamId) => connection.answer(streamId, 'next');
    first.send(goaway(3));
    await eventually(() => expect(server.connections).toHaveLength(2));
    first.answer(1, 'first');
    first.answer(3, 'first');
    const messages = (await Promise.all(calls)).map(({ message }) => message);
    expect(messages).toEqual(['first', 'first', 'next', 'next']);
    await eventually(() => expect(first.isClosed).toBe(true));
  });

  it('may say so beforehand (RFC 9113, section 6.8)', async () => {
    const { calls, first } = await hold(2);
    server.onRequest = (connection, streamId) => connection.answer(streamId, 'next');
    first.send(goaway(2 ** 31 - 1));
    expect(await unary(channel)).toMatchObject({ message: 'next' });
    first.send(goaway(3));
    for (const id of [1, 3]) first.answer(id);
    expect(await codes(calls)).toEqual(['OK', 'OK']);
  });

  it('for an error takes along the calls that it has begun', async () => {
    const { calls, first } = await hold(2);
    server.onRequest = (connection, streamId) => connection.answer(streamId, 'next');
    first.send(goaway(1, ErrorCode.INTERNAL_ERROR));
    first.socket.end();
    expect(await codes(calls)).toEqual(['UNAVAILABLE', 'OK']);
  });

  it('again and again has each call made three times at most', async () => {
    server.onRequest = (connection) => connection.send(goaway(0));
    expect(await unary(channel)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.connections.flatMap(ids)).toEqual([1, 1, 1]);
  });
});

describe('a call that the service refuses', () => {
  it('is made once more, whatever it is', async () => {
    let calls = 0;
    server.onRequest = (connection, streamId) => {
      if (++calls < 3) connection.send(refused(streamId));
      else connection.answer(streamId);
    };
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
    expect(calls).toBe(3);
  });

  it('is sent with all its messages again', async () => {
    let calls = 0;
    server.onRequest = (connection, streamId) => {
      if (++calls > 1) return;
      // Once they are all there.
      void eventually(() => expect(connection.of(FrameType.DATA)).toHaveLength(4)).then(() =>
        connection.send(refused(streamId)),
      );
    };
    async function* requests() {
      for (const text of ['a', 'b', 'c']) yield Buffer.from(text);
    }
    const call = channel.clientStream({ ...start(), requests: requests() });
    const first = await eventually(() => {
      expect(firstOf(server).of(FrameType.DATA)).toHaveLength(8);
      return firstOf(server);
    });
    const sent = first.of(FrameType.DATA).map(({ payload }) => payload.subarray(5).toString());
    expect(sent).toEqual(['a', 'b', 'c', '', 'a', 'b', 'c', '']);
    first.answer(3);
    await call;
  });
});

describe('calls that are cancelled', () => {
  const watch = () => channel.serverStream(start('/spec.Service/Watch'));

  /** As many streams, of which all have begun and none ends. */
  async function watchers(count: number) {
    server.onRequest = (connection, streamId) => connection.send(headers(streamId, REPLY));
    const before = server.connections.flatMap(ids).length;
    const streams = Array.from({ length: count }, watch);
    await eventually(() => expect(server.connections.flatMap(ids)).toHaveLength(before + count));
    return streams;
  }

  it('by the hundred do not have more streams reset than a service bears', async () => {
    for (const stream of await watchers(290)) stream.cancel();
    const first = firstOf(server);
    server.onRequest = (connection, streamId) => connection.answer(streamId);
    expect(await unary(channel)).toMatchObject({ code: 'OK' });
    // A burst, and what has been earned since.
    expect(resets(first)).toBeGreaterThanOrEqual(200);
    expect(resets(first)).toBeLessThan(280);
    // The others are, by and by.
    const before = resets(first);
    await eventually(() => expect(resets(first)).toBeGreaterThan(before));
    expect(server.connections).toHaveLength(1);
  });

  it("by the thousand end nobody else's, and have connections of their own left", async () => {
    server.onRequest = () => undefined;
    const other = unary(channel);
    await eventually(() => expect(ids(firstOf(server))).toEqual([1]));
    for (let round = 0; round < 5; round++) for (const stream of await watchers(400)) stream.cancel();
    expect(server.connections.length).toBeGreaterThan(3);
    for (const connection of server.connections) expect(resets(connection)).toBeLessThan(400);
    const [first, ...others] = server.connections as [RawConnection, ...RawConnection[]];
    // All but the last one, and the first one that a call is still under way on.
    await eventually(() => expect(others.filter(({ isClosed }) => !isClosed).length).toBeLessThan(2));
    expect(first.isClosed).toBe(false);
    first.answer(1, 'well');
    expect(await other).toMatchObject({ code: 'OK', message: 'well' });
    await eventually(() => expect(first.isClosed).toBe(true));
  });

  it('take the place of a stream until they are reset or have ended', async () => {
    server.greeting = settings([Setting.MAX_CONCURRENT_STREAMS, 99]);
    for (let round = 0; round < 3; round++) for (const stream of await watchers(99)) stream.cancel();
    const first = firstOf(server);
    const more = Array.from({ length: 99 }, watch);
    await eventually(() => expect(resets(first)).toBeGreaterThan(200));
    expect(ids(first).length - resets(first)).toBeLessThanOrEqual(99);
    for (const stream of more) stream.cancel();
  });

  it('leave half of many streams free, which servers may still be busy with', async () => {
    server.greeting = settings([Setting.MAX_CONCURRENT_STREAMS, 200]);
    const streams = await watchers(100);
    const one = watch();
    firstOf(server).send(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    await eventually(() => expect(firstOf(server).of(FrameType.PING)).toHaveLength(1));
    expect(ids(firstOf(server))).toHaveLength(100);
    streams[0]?.cancel();
    await eventually(() => expect(ids(firstOf(server))).toHaveLength(101));
    for (const stream of [...streams, one]) stream.cancel();
  });

  it('are over for the caller at once', async () => {
    server.onRequest = () => undefined;
    const stream = watch();
    const next = stream.next();
    stream.cancel();
    await expect(next).rejects.toMatchObject({ code: 1 });
    expect(await stream.next()).toMatchObject({ done: true });
  });
});

describe('a channel that is closed', () => {
  it('ends its calls and takes no others', async () => {
    const { calls } = await hold(2);
    channel.close();
    expect(await codes([...calls, unary(channel)])).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    await eventually(() => expect(firstOf(server).isClosed).toBe(true));
  });
});
