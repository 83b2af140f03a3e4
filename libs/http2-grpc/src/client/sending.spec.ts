import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { Setting } from '../connection/settings.js';
import { Flag, FrameType, MAX_FRAME_SIZE } from '../frames/frame.js';
import { Random } from '../spec/random.js';
import { RawServer, type RawConnection } from '../spec/raw-server.js';
import { frame, message, settings, uint32, windowUpdate } from '../spec/wire.js';
import type { Channel } from './channel.js';
import { plainDialer, type Address } from './dial.js';
import { open, outcomeOf, start, unary } from './spec/calls.js';
import { firstOf } from './spec/hostile-first-call.js';

let server: RawServer;
let channel: Channel;
beforeEach(async () => {
  server = await RawServer.start({ onRequest: () => undefined });
});
afterEach(() => {
  channel.close();
  server.close();
});

const sent = (connection: RawConnection, streamId: number) =>
  connection.of(FrameType.DATA).filter((one) => one.streamId === streamId);
const octets = (connection: RawConnection, streamId = 1) =>
  sent(connection, streamId).reduce((sum, { payload }) => sum + payload.length, 0);
const whole = (connection: RawConnection, streamId = 1) =>
  Buffer.concat(sent(connection, streamId).map(({ payload }) => payload));

/** Begins a call and waits until it is there. */
async function begin(
  request: Buffer,
  greeting = settings(),
): Promise<{ first: RawConnection; outcome: ReturnType<typeof unary> }> {
  server.greeting = greeting;
  channel = open(server.target);
  const outcome = unary(channel, undefined, request);
  await eventually(() => expect(server.connections[0]?.of(FrameType.HEADERS)).toHaveLength(1));
  return { first: firstOf(server), outcome };
}

/** Resolves once all has been read that was sent before. */
async function inSync(connection: RawConnection): Promise<void> {
  const before = connection.of(FrameType.PING).length;
  connection.send(frame(FrameType.PING, 0, 0, Buffer.alloc(8)));
  await eventually(() => expect(connection.of(FrameType.PING).length).toBeGreaterThan(before));
}

describe('a message', () => {
  it('leaves in frames that everyone takes, the last of which ends the request', async () => {
    const request = new Random(1).bytes(50_000);
    const { first } = await begin(request);
    await eventually(() => expect(octets(first)).toBe(50_005));
    expect(whole(first).equals(message(request))).toBe(true);
    const frames = sent(first, 1);
    expect(Math.max(...frames.map(({ payload }) => payload.length))).toBe(MAX_FRAME_SIZE);
    expect(frames.map(({ flags }) => flags)).toEqual([0, 0, 0, Flag.END_STREAM]);
  });

  it('of nothing is five octets', async () => {
    const { first } = await begin(Buffer.alloc(0));
    await eventually(() => expect(whole(first)).toEqual(message('')));
    expect(sent(first, 1)[0]?.flags).toBe(Flag.END_STREAM);
  });

  it('waits for the window of the connection', async () => {
    const request = new Random(2).bytes(100_000);
    const { first } = await begin(request, settings([Setting.INITIAL_WINDOW_SIZE, 1_000_000]));
    await inSync(first);
    expect(octets(first)).toBe(65_535);
    first.send(windowUpdate(0, 1));
    await inSync(first);
    expect(octets(first)).toBe(65_536);
    first.send(windowUpdate(0, 100_000));
    await eventually(() => expect(whole(first).equals(message(request))).toBe(true));
  });

  it('waits for the window of its stream, octet by octet', async () => {
    const request = new Random(3).bytes(300);
    const { first, outcome } = await begin(request, settings([Setting.INITIAL_WINDOW_SIZE, 0]));
    await inSync(first);
    expect(octets(first)).toBe(0);
    for (let octet = 1; octet <= 10; octet++) {
      first.send(windowUpdate(1, 1));
      await inSync(first);
      expect(octets(first)).toBe(octet);
    }
    first.send(settings([Setting.INITIAL_WINDOW_SIZE, 290]));
    await inSync(first);
    expect(octets(first)).toBe(300);
    // Windows may become smaller than what was sent (RFC 9113, section 6.9.2).
    first.send(settings([Setting.INITIAL_WINDOW_SIZE, 0]), windowUpdate(1, 294));
    await inSync(first);
    expect(octets(first)).toBe(304);
    first.send(windowUpdate(1, 1));
    await eventually(() => expect(whole(first).equals(message(request))).toBe(true));
    first.answer(1, 'well');
    expect(await outcome).toMatchObject({ code: 'OK' });
  });

  it('has a window that was made smaller while it waited for that of the connection', async () => {
    const request = new Random(4).bytes(100_000);
    const { first, outcome } = await begin(request, settings([Setting.INITIAL_WINDOW_SIZE, 1_000_000]));
    await inSync(first);
    expect(octets(first)).toBe(65_535);
    first.send(settings([Setting.INITIAL_WINDOW_SIZE, 0]), windowUpdate(0, 100_000));
    await inSync(first);
    expect(octets(first)).toBe(65_535);
    first.send(windowUpdate(1, 65_536));
    await inSync(first);
    expect(octets(first)).toBe(65_536);
    first.send(windowUpdate(1, 100_000));
    await eventually(() => expect(whole(first).equals(message(request))).toBe(true));
    first.answer(1, 'well');
    expect(await outcome).toMatchObject({ code: 'OK' });
  });

  it('holds up no other that has a window', async () => {
    const { first } = await begin(Buffer.alloc(100_000), settings());
    await inSync(first);
    const other = unary(channel, undefined, Buffer.alloc(10));
    first.send(windowUpdate(0, 100));
    await eventually(() => expect(octets(first, 3)).toBe(15));
    first.answer(3, 'well');
    expect(await other).toMatchObject({ code: 'OK' });
  });

  it('takes turns with those of other calls', async () => {
    server.greeting = settings([Setting.INITIAL_WINDOW_SIZE, 0]);
    channel = open(server.target);
    for (let call = 0; call < 3; call++) void unary(channel, undefined, Buffer.alloc(60_000));
    await eventually(() => expect(server.connections[0]?.of(FrameType.HEADERS)).toHaveLength(3));
    const first = firstOf(server);
    first.send(windowUpdate(0, 1_000_000), settings([Setting.INITIAL_WINDOW_SIZE, 1_000_000]));
    await eventually(() => expect(octets(first, 1) + octets(first, 3) + octets(first, 5)).toBe(180_015));
    const order = first.of(FrameType.DATA).map(({ streamId }) => streamId);
    expect(order).toEqual([1, 3, 5, 1, 3, 5, 1, 3, 5, 1, 3, 5]);
  });

  it('that the service did not wait for is not sent', async () => {
    const { first, outcome } = await begin(Buffer.alloc(200_000));
    await eventually(() => expect(octets(first)).toBe(65_535));
    first.answer(1, 'enough');
    expect(await outcome).toMatchObject({ code: 'OK', message: 'enough' });
    await eventually(() => expect(first.of(FrameType.RST_STREAM)).toHaveLength(1));
    first.send(windowUpdate(0, 1_000_000));
    await inSync(first);
    expect(octets(first)).toBe(65_535);
  });
});

describe('a stream of messages', () => {
  it('is taken no faster than the service takes it', async () => {
    let taken = 0;
    async function* requests() {
      for (; taken < 1_000; taken++) yield Buffer.alloc(1_019, taken);
    }
    channel = open(server.target);
    const outcome = outcomeOf(channel.clientStream({ ...start(), requests: requests() }));
    await eventually(() => expect(octets(firstOf(server))).toBe(65_535));
    const first = firstOf(server);
    await inSync(first);
    // The next one is under way and not all sent.
    expect(taken).toBe(63);
    first.send(windowUpdate(0, 10_000_000), windowUpdate(1, 10_000_000));
    await eventually(() => expect(octets(first)).toBe(1_000 * 1_024));
    const last = sent(first, 1).at(-1);
    expect(last).toMatchObject({ flags: Flag.END_STREAM, payload: Buffer.alloc(0) });
    first.answer(1, 'all');
    expect(await outcome).toMatchObject({ code: 'OK', message: 'all' });
  });

  it('ends when the service has answered, whatever else there would be', async () => {
    let isOver = false;
    async function* requests() {
      try {
        for (;;) yield Buffer.alloc(50_000);
      } finally {
        isOver = true;
      }
    }
    channel = open(server.target);
    const outcome = outcomeOf(channel.clientStream({ ...start(), requests: requests() }));
    await eventually(() => expect(octets(firstOf(server))).toBe(65_535));
    firstOf(server).answer(1, 'enough');
    expect(await outcome).toMatchObject({ code: 'OK', message: 'enough' });
    await eventually(() => expect(isOver).toBe(true));
  });

  it('is sent once more as a whole, also what came while there was no connection for it', async () => {
    const long = new Random(5).bytes(300_000);
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let connect = () => {};
    const connecting = new Promise<void>((resolve) => (connect = resolve));
    let dials = 0;
    const dial = async (address: Address) => {
      if (++dials > 1) await connecting;
      return plainDialer.dial(address);
    };
    async function* requests() {
      yield Buffer.from('one');
      await gate;
      connect();
      yield long;
      yield Buffer.from('three');
    }
    channel = open(server.target, { dialer: { scheme: 'http', dial } });
    const outcome = outcomeOf(channel.clientStream({ ...start(), requests: requests() }));
    await eventually(() => expect(octets(firstOf(server))).toBe(8));
    server.greeting = Buffer.concat([
      settings([Setting.INITIAL_WINDOW_SIZE, 1_000_000]),
      windowUpdate(0, 1_000_000),
    ]);
    firstOf(server).send(frame(FrameType.GOAWAY, 0, 0, uint32(0, 0)));
    await eventually(() => expect(dials).toBe(2));
    goOn();
    await eventually(() => expect(server.connections).toHaveLength(2));
    const second = server.connections[1] as RawConnection;
    await eventually(() => expect(sent(second, 1).at(-1)?.flags).toBe(Flag.END_STREAM));
    expect(whole(second)).toEqual(Buffer.concat([message('one'), message(long), message('three')]));
    second.answer(1, 'all');
    expect(await outcome).toMatchObject({ code: 'OK', message: 'all' });
  });

  it('that breaks off ends the call, and is what the caller is told', async () => {
    async function* requests() {
      yield Buffer.from('one');
      throw new Error('the caller is gone');
    }
    channel = open(server.target);
    const call = channel.clientStream({ ...start(), requests: requests() });
    await expect(call).rejects.toThrow('the caller is gone');
    await eventually(() => {
      const [reset] = firstOf(server).of(FrameType.RST_STREAM);
      expect(reset?.payload).toEqual(uint32(8));
    });
  });
});
