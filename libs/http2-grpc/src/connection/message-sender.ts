import { Flag, FRAME_HEADER, FrameType, MAX_31_BITS, MAX_FRAME_SIZE } from '../frames/frame.js';
import type { Outgoing } from '../frames/outgoing.js';
import { DEFAULT_WINDOW } from './settings.js';
import type { Stream } from './stream.js';

/** Octets before a message: that it is not compressed, and its length (gRPC over HTTP/2, Length-Prefixed-Message). */
export const MESSAGE_PREFIX = 5;

/** How much waits for the socket at most before messages wait for it, in octets. */
const MAX_UNSENT = 128 * 1024;

/**
 * Sends the messages of all streams of a connection, as far as the windows of both (RFC 9113, section 5.2) and the
 * socket let it, by turns, a frame each.
 */
export class MessageSender {
  /** Frames of DATA that were sent. */
  frames = 0;
  #window = DEFAULT_WINDOW;
  /** Streams with something to send, which had a window for it when they came here. */
  readonly #waiting: Stream[] = [];

  constructor(private readonly out: Outgoing) {}

  /** Sends a message behind those before it. @param isLast whether it ends this end's side of the stream */
  send(stream: Stream, message: Uint8Array, isLast: boolean): void {
    const length = MESSAGE_PREFIX + message.length;
    const fits = length <= MAX_FRAME_SIZE && length <= this.#window && length <= stream.sendWindow;
    if (fits && stream.outbox.length === 0 && this.out.unsent < MAX_UNSENT) {
      this.#frame(stream, message, length, isLast);
      return;
    }
    stream.outbox.push(message);
    stream.endsAfterOutbox = isLast;
    this.#wait(stream);
    this.pump();
  }

  /** Ends this end's side of a stream behind its messages. */
  end(stream: Stream): void {
    if (stream.outbox.length > 0) stream.endsAfterOutbox = true;
    else {
      this.out.reserve(FRAME_HEADER);
      this.out.header(0, FrameType.DATA, Flag.END_STREAM, stream.id);
      stream.isLocalEnded = true;
    }
  }

  /** Lets go of the messages of a stream that has ended. */
  discard(stream: Stream): void {
    stream.outbox.length = 0;
    if (!stream.isQueued) return;
    stream.isQueued = false;
    this.#waiting.splice(this.#waiting.indexOf(stream), 1);
  }

  /** The other end takes more on the connection. @returns false when the window is larger than may be */
  widenConnection(increment: number): boolean {
    this.#window += increment;
    return this.#window <= MAX_31_BITS;
  }

  /** The other end takes more, or less, on a stream. @returns false when the window is larger than may be */
  widenStream(stream: Stream, increment: number): boolean {
    stream.sendWindow += increment;
    this.#wait(stream);
    return stream.sendWindow <= MAX_31_BITS;
  }

  /** Sends what waits. */
  pump(): void {
    while (this.#waiting.length > 0 && this.#window > 0 && this.out.unsent < MAX_UNSENT) {
      const stream = this.#waiting.shift() as Stream;
      stream.isQueued = false;
      // SETTINGS may have closed its window while it waited (RFC 9113, section 6.9.2).
      if (stream.sendWindow > 0) this.#sendNext(stream);
      this.#wait(stream);
    }
  }

  #wait(stream: Stream): void {
    if (stream.isQueued || stream.outbox.length === 0 || stream.sendWindow <= 0) return;
    stream.isQueued = true;
    this.#waiting.push(stream);
  }

  /** Sends a frame of the first message of a stream. */
  #sendNext(stream: Stream): void {
    const message = stream.outbox[0] as Uint8Array;
    const left = MESSAGE_PREFIX + message.length - stream.outboxAt;
    const length = Math.min(left, MAX_FRAME_SIZE, this.#window, stream.sendWindow);
    if (length < left) {
      this.#frame(stream, message, length, false);
      stream.outboxAt += length;
      return;
    }
    stream.outbox.shift();
    const isDrained = stream.outbox.length === 0;
    this.#frame(stream, message, length, isDrained && stream.endsAfterOutbox);
    stream.outboxAt = 0;
    if (isDrained) stream.sent();
  }

  /** A frame of so many octets of a message with its prefix, from `outboxAt` on. */
  #frame(stream: Stream, message: Uint8Array, length: number, isLast: boolean): void {
    const { out } = this;
    out.reserve(FRAME_HEADER + length);
    out.header(length, FrameType.DATA, isLast ? Flag.END_STREAM : 0, stream.id);
    const start = stream.outboxAt;
    const { bytes, at } = out;
    let left = length;
    for (let octet = start; octet < MESSAGE_PREFIX && left > 0; octet++, left--)
      bytes[out.at++] = octet === 0 ? 0 : message.length >>> (8 * (MESSAGE_PREFIX - 1 - octet));
    const from = Math.max(0, start - MESSAGE_PREFIX);
    bytes.set(left === message.length ? message : message.subarray(from, from + left), out.at);
    out.at = at + length;
    stream.sendWindow -= length;
    this.#window -= length;
    this.frames++;
    if (isLast) stream.isLocalEnded = true;
  }
}
