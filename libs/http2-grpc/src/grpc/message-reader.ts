import { MESSAGE_PREFIX } from '../connection/message-sender.js';
import { CallError } from './call-error.js';
import { Status } from './status.js';

/** Takes the messages of a stream. */
export interface MessageSink {
  /** @param message the sink's own */
  message(message: Buffer): void;
}

/** What a message that comes in parts begins with, in octets; it grows as its parts come, whatever length was said. */
const FIRST_PART = 16_384;

/** Puts the messages of one stream together (gRPC over HTTP/2, Length-Prefixed-Message). */
export class MessageReader {
  #prefix: Buffer | undefined;
  #prefixLength = 0;
  #body: Buffer | undefined;
  #bodyLength = 0;
  /** The length of the message that has begun. */
  #length = 0;

  /** @param maxLength of one message, in octets */
  constructor(private readonly maxLength: number) {}

  /** Whether a message has begun and not ended. */
  get isWithin(): boolean {
    return this.#prefixLength > 0;
  }

  /**
   * Reads what came next.
   *
   * @throws CallError RESOURCE_EXHAUSTED for a message that is too large; INTERNAL for one that is compressed, which
   *   nobody was told to do, or not framed at all
   */
  read(bytes: Buffer, start: number, end: number, sink: MessageSink): void {
    let at = start;
    while (at < end) {
      if (this.#prefixLength > 0) {
        at = this.#goOn(bytes, at, end, sink);
        continue;
      }
      const body = at + MESSAGE_PREFIX;
      if (body > end) {
        at = this.#begin(bytes, at, end);
        continue;
      }
      const length = this.#lengthOf(bytes, at);
      if (body + length > end) {
        at = this.#begin(bytes, at, body);
        continue;
      }
      at = body + length;
      sink.message(Buffer.from(bytes.subarray(body, at)));
    }
  }

  /** Keeps the prefix, or the part of it that is there. */
  #begin(bytes: Buffer, start: number, end: number): number {
    this.#prefix ??= Buffer.alloc(MESSAGE_PREFIX);
    const length = Math.min(MESSAGE_PREFIX - this.#prefixLength, end - start);
    bytes.copy(this.#prefix, this.#prefixLength, start, start + length);
    this.#prefixLength += length;
    if (this.#prefixLength === MESSAGE_PREFIX) this.#length = this.#lengthOf(this.#prefix, 0);
    return start + length;
  }

  #goOn(bytes: Buffer, start: number, end: number, sink: MessageSink): number {
    let at = start;
    if (this.#prefixLength < MESSAGE_PREFIX) at = this.#begin(bytes, at, end);
    if (this.#prefixLength < MESSAGE_PREFIX) return at;
    const part = Math.min(this.#length - this.#bodyLength, end - at);
    const body = this.#room(part);
    bytes.copy(body, this.#bodyLength, at, at + part);
    this.#bodyLength += part;
    if (this.#bodyLength === this.#length) {
      this.#body = undefined;
      this.#prefixLength = this.#bodyLength = 0;
      sink.message(body.length === this.#length ? body : Buffer.from(body.subarray(0, this.#length)));
    }
    return at + part;
  }

  #room(part: number): Buffer {
    const needed = this.#bodyLength + part;
    if (this.#body !== undefined && this.#body.length >= needed) return this.#body;
    const size = Math.min(this.#length, Math.max(FIRST_PART, 2 * needed));
    const larger = Buffer.allocUnsafe(size);
    this.#body?.copy(larger, 0, 0, this.#bodyLength);
    return (this.#body = larger);
  }

  #lengthOf(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at + 1);
    const isCompressed = bytes[at];
    if (isCompressed !== 0) throw new CallError(Status.INTERNAL, 'a message is compressed, or none');
    if (length > this.maxLength)
      throw new CallError(Status.RESOURCE_EXHAUSTED, `a message of ${length} octets is larger than admitted`);
    return length;
  }
}
