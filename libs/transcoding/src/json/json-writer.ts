import { isUtf8 } from 'node:buffer';
import { badReply } from '../transcoding-error.js';
import { viewOf } from '../wire/as-buffer.js';
import type { WireReader } from '../wire/wire-reader.js';
import { fragment, type Fragment } from './fragment.js';
import { MAX_DEPTH } from './json-cursor.js';
import { isPlain, notPlain } from './plain-bytes.js';

const INITIAL_BYTES = 4096;
/** A larger buffer is let go with the text, so that one large text does not stay in memory for ever. */
const MAX_KEPT_BYTES = 262_144;

const QUOTE = 0x22;

/** How JSON.stringify writes the bytes that a string cannot hold as they are. */
const ESCAPES: readonly Fragment[] = Array.from({ length: 0x80 }, (_, byte) =>
  fragment(JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
);

/**
 * Writes JSON text as UTF-8 into a buffer that grows. Strings go from wire format to text byte by byte, four at a
 * time, and never become strings of JavaScript.
 */
export class JsonWriter {
  private buffer: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private view = viewOf(this.buffer);
  /** Bytes written. */
  length = 0;
  private depth = 0;

  /** What was written, as a copy of its own; the writer begins anew. */
  finish(): Buffer {
    const written = Buffer.from(this.buffer.subarray(0, this.length));
    this.reset();
    return written;
  }

  /** Begins anew. */
  reset(): void {
    this.length = 0;
    this.depth = 0;
    if (this.buffer.length > MAX_KEPT_BYTES) this.replace(Buffer.allocUnsafe(INITIAL_BYTES));
  }

  /** Enters a message. @throws TranscodingError REPLY_TOO_DEEP within too many others */
  descend(): void {
    if (++this.depth > MAX_DEPTH)
      throw badReply('REPLY_TOO_DEEP', `the reply nests deeper than ${MAX_DEPTH}`);
  }

  /** Leaves the message that was entered last. */
  ascend(): void {
    this.depth--;
  }

  /** Takes back everything after the first `length` bytes. */
  truncate(length: number): void {
    this.length = length;
  }

  /** Takes back everything after the first `length` bytes, and answers a copy of it. */
  cut(length: number): Buffer {
    const rest = Buffer.from(this.buffer.subarray(length, this.length));
    this.length = length;
    return rest;
  }

  /** One character of ASCII. */
  byte(code: number): void {
    this.reserve(1);
    this.buffer[this.length++] = code;
  }

  /** The byte at an offset that was written already becomes another one. */
  overwrite(at: number, code: number): void {
    this.buffer[at] = code;
  }

  fragment({ words, length }: Fragment): void {
    this.reserve(length + 3);
    let at = this.length;
    // An index is cheaper than an iterator.
    for (let index = 0; index < words.length; index++, at += 4) {
      this.view.setInt32(at, words[index] as number, true);
    }
    this.length += length;
  }

  /** A text of ASCII that needs no escapes, such as a number. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let index = 0; index < text.length; index++) this.buffer[this.length++] = text.charCodeAt(index);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The digits of a number below 2^31 that has no more than so many, with zeros in front. */
  digits(value: number, count: number): void {
    this.reserve(count);
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const next = (rest / 10) | 0;
      this.buffer[at] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.length += count;
  }

  /** A string in quotes. */
  quoted(text: string): void {
    this.raw(Buffer.from(JSON.stringify(text)));
  }

  /**
   * The string of UTF-8 between `reader.at` and `end`, in quotes; the reader is left at `end`.
   *
   * @throws TranscodingError REPLY_MALFORMED when it is no UTF-8
   */
  string(reader: WireReader, end: number): void {
    const { bytes, view } = reader;
    // What is written of the last word beyond its end is overwritten next.
    this.reserve(end - reader.at + 5);
    const { buffer, view: own } = this;
    const start = this.length;
    let to = start;
    buffer[to++] = QUOTE;
    let from = reader.at;
    let found = 0;
    for (; from + 4 <= end; from += 4, to += 4) {
      const word = view.getInt32(from, true);
      own.setInt32(to, word, true);
      found |= notPlain(word);
    }
    for (; from < end; from++, to++) {
      const byte = bytes[from] as number;
      buffer[to] = byte;
      if (!isPlain(byte)) found = 1;
    }
    this.length = to;
    if (found !== 0) {
      this.length = start + 1;
      this.escaped(bytes, reader.at, end);
    }
    reader.at = end;
    this.byte(QUOTE);
  }

  /** The same for a string that holds more than plain bytes. */
  private escaped(bytes: Buffer, start: number, end: number): void {
    let isAscii = true;
    this.reserve(end - start);
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80 || isPlain(byte)) {
        this.buffer[this.length++] = byte;
        if (byte >= 0x80) isAscii = false;
      } else {
        this.fragment(ESCAPES[byte] as Fragment);
        this.reserve(end - at);
      }
    }
    if (!isAscii && !isUtf8(bytes.subarray(start, end)))
      throw badReply('REPLY_MALFORMED', 'the reply is no protobuf message: a string is no UTF-8');
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(grown, 0, 0, this.length);
    this.replace(grown);
  }

  private replace(buffer: Buffer): void {
    this.buffer = buffer;
    this.view = viewOf(buffer);
  }
}
