import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Flag, PREFACE } from '../frames/frame.js';
import { request } from '../spec/raw-client.js';
import { data, headers, message, settings } from '../spec/wire.js';
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

  /** All that was sent, and all that is sent by then. */
  async takeAll(): Promise<void> {
    for (let done = this.#taking.shift(); done !== undefined; done = this.#taking.shift()) {
      done();
      await new Promise(setImmediate);
    }
  }
}

let socket: SlowSocket;
beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  const calls: ServerStream[] = [];
  const server = new FrameServer((call) => void calls.push(call), { noticeMs: NOTICE_MS });
  socket = new SlowSocket();
  server.accept(socket, '127.0.0.1:1');
  const call = [headers(1, request()), data(1, message('ask'), Flag.END_STREAM)];
  socket.push(Buffer.concat([PREFACE, settings(), ...call]));
  await new Promise(setImmediate);
  void server.drain();
  await new Promise(setImmediate);
  jest.advanceTimersByTime(NOTICE_MS);
  calls[0]?.sendMessage(Buffer.from('the answer'));
  calls[0]?.end({ code: 0, details: '', metadata: {} });
});
afterEach(() => {
  socket.destroy();
  jest.useRealTimers();
});

describe('the last answer of a connection that ends', () => {
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

  it('is not waited for without end', () => {
    jest.advanceTimersByTime(5_000);
    expect(socket.destroyed).toBe(true);
    expect(socket.writableFinished).toBe(false);
  });
});
