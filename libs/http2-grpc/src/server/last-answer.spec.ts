import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Flag, FrameType, PREFACE } from '../frames/frame.js';
import { request } from '../spec/raw-client.js';
import { data, frame, headers, message, settings, windowUpdate } from '../spec/wire.js';
import { FrameServer } from './frame-server.js';
import type { ServerStream } from './server-stream.js';

/** How long a caller may take to notice that a connection ends, in milliseconds. */
const NOTICE_MS = 100;

/** The socket of a caller that reads when it is told to. */
class SlowSocket extends Duplex {
  #taking: (() => void)[] = [];

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    this.#taking.push(done);
  }

  /** The caller has read all, and sends no more. */
  async hangUp(): Promise<void> {
    this.push(null);
    await new Promise(setImmediate);
  }

  /** All that was sent, and all that is sent by then. */
  async takeAll(): Promise<void> {
    for (let done = this.#taking.shift(); done !== undefined; done = this.#taking.shift()) {
      done();
      await new Promise(setImmediate);
    }
  }
}

let socket: SlowSocket;
/** Whether the server has waited long enough to end. */
let isDrained: boolean;
let answer: (text: string) => void;
beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  const calls: ServerStream[] = [];
  const server = new FrameServer((call) => void calls.push(call), { noticeMs: NOTICE_MS });
  socket = new SlowSocket();
  server.accept(socket, '127.0.0.1:1');
  const call = [headers(1, request()), data(1, message('ask'), Flag.END_STREAM)];
  socket.push(Buffer.concat([PREFACE, settings(), ...call]));
  await new Promise(setImmediate);
  isDrained = false;
  void server.drain().then(() => (isDrained = true));
  await new Promise(setImmediate);
  jest.advanceTimersByTime(NOTICE_MS);
  answer = (text) => {
    calls[0]?.sendMessage(Buffer.from(text));
    calls[0]?.end({ code: 0, details: '', metadata: {} });
  };
});
afterEach(() => {
  socket.destroy();
  jest.useRealTimers();
});

describe('the last answer of a connection that ends', () => {
  beforeEach(() => answer('the answer'));

  it('has time to leave, and to be read after that', async () => {
    jest.advanceTimersByTime(4_000);
    expect(socket.destroyed).toBe(false);
    await socket.takeAll();
    expect(socket.writableFinished).toBe(true);
    jest.advanceTimersByTime(999);
    expect(socket.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
  });

  it('is not waited for without end', async () => {
    jest.advanceTimersByTime(5_000);
    expect(socket.destroyed).toBe(true);
    expect(socket.writableFinished).toBe(false);
    await new Promise(setImmediate);
    expect(isDrained).toBe(true);
  });

  it('has the server wait until its caller has read it, whatever that still sends', async () => {
    socket.push(windowUpdate(0, 1));
    await new Promise(setImmediate);
    expect([socket.readableLength, isDrained]).toEqual([0, false]);
    await socket.takeAll();
    expect(isDrained).toBe(false);
    await socket.hangUp();
    expect(isDrained).toBe(true);
  });
});

describe('the last answer of a connection that ends with the window for it', () => {
  it('leaves whatever comes with the window', async () => {
    answer('.'.repeat(70_000));
    await new Promise(setImmediate);
    const ping = frame(FrameType.PING, 0, 0, Buffer.alloc(8));
    socket.push(Buffer.concat([windowUpdate(0, 10_000), windowUpdate(1, 10_000), ping]));
    await new Promise(setImmediate);
    expect(socket.writableEnded).toBe(true);
    await socket.takeAll();
    expect(socket.writableFinished).toBe(true);
  });
});
