import { isUtf8 } from 'node:buffer';
import { badReply } from '../transcoding-error.js';
import { WireType } from './wire-writer.js';

/** Reads protobuf wire format. @throws TranscodingError REPLY_MALFORMED on every method, past the end or when malformed */
export class WireReader {
  private readonly buffer: Buffer;
  private readonly view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.buffer.length;
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
    const first = this.buffer[this.at];
    if (first !== undefined && first < 0x80) {
      this.at++;
      return first;
    }
    const value = this.varint();
    return typeof value === 'number' ? value % 0x100000000 : Number(BigInt.asUintN(32, value));
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
    if (length > this.buffer.length - this.at) throw malformed('a length runs past the end');
    return this.at + length;
  }

  string(): string {
    const end = this.delimited();
    const text = this.buffer.toString('utf8', this.at, end);
    if (text.includes('\ufffd') && !isUtf8(this.buffer.subarray(this.at, end)))
      throw malformed('a string is no UTF-8');
    this.at = end;
    return text;
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const end = this.delimited();
    const bytes = this.buffer.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  slice(start: number, end: number): Buffer {
    return this.buffer.subarray(start, end);
  }

  /** Passes over the value of a tag that was read; groups with their content. */
  skip(tag: number): void {
    const open: number[] = [];
    for (let current = tag; ; current = this.varint32()) {
      const type = current & 7;
      if (type === WireType.VARINT) this.varint();
      else if (type === WireType.FIXED64) this.take(8);
      else if (type === WireType.LEN) this.at = this.delimited();
      else if (type === WireType.FIXED32) this.take(4);
      else if (type === WireType.GROUP_START) open.push(current >>> 3);
      else if (type !== WireType.GROUP_END || open.pop() !== current >>> 3)
        throw malformed('a wire type is unknown');
      if (open.length === 0) return;
    }
  }

  private byte(): number {
    const byte = this.buffer[this.at++];
    if (byte === undefined) throw malformed('the message ends early');
    return byte;
  }

  private take(count: number): number {
    const start = this.at;
    if (start + count > this.buffer.length) throw malformed('the message ends early');
    this.at += count;
    return start;
  }
}

function malformed(what: string): Error {
  return badReply('REPLY_MALFORMED', `the reply is no protobuf message: ${what}`);
}
