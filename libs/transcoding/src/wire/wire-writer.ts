import { viewOf } from './as-buffer.js';

/** Wire types of the protobuf encoding. */
export const WireType = { VARINT: 0, FIXED64: 1, LEN: 2, GROUP_START: 3, GROUP_END: 4, FIXED32: 5 } as const;

/** The tag of a field as the one number that precedes its value. */
export function tagOf(fieldNumber: number, wireType: number): number {
  return fieldNumber * 8 + wireType;
}

const INITIAL_BYTES = 512;
const MAX_KEPT_BYTES = 65536;
/** Up to here words are copied faster than the copy of a whole span begins. */
const MAX_COPIED_BY_WORD = 128;

/** Writes protobuf wire format into a buffer that grows. */
export class WireWriter {
  private buffer: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private view = viewOf(this.buffer);
  private at = 0;

  /** What was written, as a copy of its own; the writer may be used again after. */
  finish(): Uint8Array {
    const written = Buffer.from(this.buffer.subarray(0, this.at));
    this.reset();
    return written;
  }

  /** Begins anew. A large buffer is let go, so that one large message does not stay in memory for ever. */
  reset(): void {
    this.at = 0;
    if (this.buffer.length > MAX_KEPT_BYTES) this.replace(Buffer.allocUnsafe(INITIAL_BYTES));
  }

  /** Number of bytes written. */
  get length(): number {
    return this.at;
  }

  /** Takes back everything after the first `length` bytes. */
  truncate(length: number): void {
    this.at = length;
  }

  /** A non-negative integer up to 2^53; tags, lengths, uint32 and bool. */
  varint(value: number): void {
    this.reserve(10);
    if (value < 0x80) {
      this.buffer[this.at++] = value;
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest % 128) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
    }
    this.buffer[this.at++] = rest;
  }

  /** A signed or unsigned 64-bit integer, two's complement. */
  varint64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) return this.varint(value);
    this.reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.buffer[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.at++] = Number(rest);
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeInt32LE(value | 0, this.at);
  }

  fixed64(value: number | bigint): void {
    this.reserve(8);
    this.at = this.buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.at);
  }

  float(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeFloatLE(value, this.at);
  }

  double(value: number): void {
    this.reserve(8);
    this.at = this.buffer.writeDoubleLE(value, this.at);
  }

  /** Length and text; the text must be well formed. Answers its bytes. */
  string(value: string): number {
    // Three bytes per UTF-16 unit is the most that UTF-8 takes.
    this.reserve(value.length * 3 + 5);
    const start = this.open();
    const length = this.buffer.write(value, this.at);
    this.at += length;
    this.close(start);
    return length;
  }

  /** Length and bytes of a span of others. Answers how many. */
  span(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = end - start;
    this.varint(length);
    if (length > MAX_COPIED_BY_WORD) this.raw(bytes.subarray(start, end));
    else {
      this.reserve(length);
      let from = start;
      let to = this.at;
      for (; from + 4 <= end; from += 4, to += 4) this.view.setInt32(to, view.getInt32(from, true), true);
      for (; from < end; from++, to++) this.buffer[to] = bytes[from] as number;
      this.at = to;
    }
    return length;
  }

  /** Length and bytes. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  /** Bytes that are already wire format. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  /** Begins a length-delimited value whose length is not known yet; give the result to `close`. */
  open(): number {
    this.reserve(1);
    return ++this.at;
  }

  /** Ends the value that `open` began, moving it when its length takes more than the one byte kept for it. */
  close(start: number): void {
    const length = this.at - start;
    if (length < 0x80) {
      this.buffer[start - 1] = length;
      return;
    }
    const extra = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.reserve(extra);
    this.buffer.copyWithin(start + extra, start, this.at);
    const end = this.at + extra;
    this.at = start - 1;
    this.varint(length);
    this.at = end;
  }

  private reserve(count: number): void {
    if (this.at + count <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + count));
    this.buffer.copy(grown, 0, 0, this.at);
    this.replace(grown);
  }

  private replace(buffer: Buffer): void {
    this.buffer = buffer;
    this.view = viewOf(buffer);
  }
}
