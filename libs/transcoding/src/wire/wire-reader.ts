import { isUtf8 } from 'node:buffer';
import { badReply } from '../transcoding-error.js';
import { asBuffer, viewOf } from './as-buffer.js';
import { WireType } from './wire-writer.js';

/** Reads protobuf wire format. @throws TranscodingError REPLY_MALFORMED on every method, past the end or when malformed */
export class WireReader {
  readonly bytes: Buffer;
  private words: DataView | undefined;
  at = 0;
  /** Where the tag stands that `tag` answered last. */
  private tagAt = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = asBuffer(bytes);
  }

  /** The same bytes as words; made when it is first asked for. */
  get view(): DataView {
    return (this.words ??= viewOf(this.bytes));
  }

  get length(): number {
    return this.bytes.length;
  }

  /** A varint of up to 64 bits, as a number where that is exact and else as an unsigned bigint. */
  varint(): number | bigint {
    let value = 0;
    let scale = 1;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    let rest = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      rest |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, rest);
    }
    throw malformed('a varint is longer than 10 bytes');
  }

  /** The low 32 bits of a varint, unsigned: tags, lengths, uint32 and enums. */
  varint32(): number {
    if (this.at < this.bytes.length) {
      const first = this.bytes[this.at] as number;
      if (first < 0x80) {
        this.at++;
        return first;
      }
    }
    const value = this.varint();
    return typeof value === 'number' ? value % 0x100000000 : Number(BigInt.asUintN(32, value));
  }

  /** The next tag, or 0 at the end of the message. */
  tag(end: number): number {
    this.tagAt = this.at;
    return this.at < end ? this.varint32() : 0;
  }

  /** Goes back before the tag that `tag` answered last. */
  untag(): void {
    this.at = this.tagAt;
  }

  fixed32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  fixed64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  float(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  double(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  /** The end of the length-delimited value that begins at `at` after its length. */
  delimited(): number {
    const length = this.varint32();
    if (length > this.bytes.length - this.at) throw malformed('a length runs past the end');
    return this.at + length;
  }

  string(): string {
    const end = this.delimited();
    const text = this.bytes.toString('utf8', this.at, end);
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(this.at, end)))
      throw malformed('a string is no UTF-8');
    this.at = end;
    return text;
  }

  /** The payload of a length-delimited value: a view, not a copy. */
  payload(): Buffer {
    const end = this.delimited();
    const bytes = this.bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /**
   * Looks through the message up to `end` for the last value with a tag of a length-delimited field. Leaves the reader
   * before its payload and answers the end of that; -1 where there is none.
   */
  seekLast(tag: number, end: number): number {
    let start = -1;
    let last = -1;
    while (this.at < end) {
      const given = this.varint32();
      if (given !== tag) this.skip(given);
      else {
        last = this.delimited();
        start = this.at;
        this.at = last;
      }
    }
    this.at = start < 0 ? end : start;
    return last;
  }

  slice(start: number, end: number): Buffer {
    return this.bytes.subarray(start, end);
  }

  /** Passes over the value of a tag that was read; groups with their content. */
  skip(tag: number): void {
    switch (tag & 7) {
      case WireType.VARINT:
        return this.skipVarint();
      case WireType.FIXED64:
        this.take(8);
        return;
      case WireType.LEN:
        this.at = this.delimited();
        return;
      case WireType.FIXED32:
        this.take(4);
        return;
      default:
        return this.skipGroup(tag);
    }
  }

  /** Not by recursion: groups may lie within each other. */
  private skipGroup(tag: number): void {
    const open: number[] = [];
    for (let current = tag; ; current = this.varint32()) {
      const type = current & 7;
      if (type === WireType.GROUP_START) open.push(current >>> 3);
      else if (type < WireType.GROUP_START || type === WireType.FIXED32) this.skip(current);
      else if (type !== WireType.GROUP_END || open.pop() !== current >>> 3)
        throw malformed('a wire type is unknown');
      if (open.length === 0) return;
    }
  }

  private skipVarint(): void {
    for (let count = 0; count < 10; count++) if (this.byte() < 0x80) return;
    throw malformed('a varint is longer than 10 bytes');
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw malformed('the message ends early');
    return this.bytes[this.at++] as number;
  }

  private take(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) throw malformed('the message ends early');
    this.at += count;
    return start;
  }
}

function malformed(what: string): Error {
  return badReply('REPLY_MALFORMED', `the reply is no protobuf message: ${what}`);
}
