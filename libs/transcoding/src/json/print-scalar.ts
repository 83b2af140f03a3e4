import { ScalarType } from '@bufbuild/protobuf';
import type { WireReader } from '../wire/wire-reader.js';

/** Reads one scalar off the wire and answers its JSON text. */
export type ScalarPrinter = (reader: WireReader) => string;

// What JSON.stringify would escape.
const PLAIN = /^[^"\\\u0000-\u001f\ud800-\udfff]*$/;

/** A string as JSON text. */
export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A number as JSON text; the three that JSON does not have as strings. */
export function printFloating(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The printer of a scalar type: 64-bit integers as strings, bytes as padded base64. */
export function scalarPrinter(type: ScalarType): ScalarPrinter {
  switch (type) {
    case ScalarType.STRING:
      return (reader) => quote(reader.string());
    case ScalarType.BYTES:
      return (reader) => `"${reader.bytes().toString('base64')}"`;
    case ScalarType.BOOL:
      return (reader) => (Number(reader.varint()) === 0 ? 'false' : 'true');
    case ScalarType.DOUBLE:
      return (reader) => printFloating(reader.double());
    case ScalarType.FLOAT:
      return (reader) => printFloating(reader.float());
    case ScalarType.INT32:
      return (reader) => String(reader.varint32() | 0);
    case ScalarType.UINT32:
      return (reader) => String(reader.varint32());
    case ScalarType.SINT32:
      return (reader) => String(unzigzag32(reader.varint32()));
    case ScalarType.FIXED32:
      return (reader) => String(reader.fixed32());
    case ScalarType.SFIXED32:
      return (reader) => String(reader.fixed32() | 0);
    case ScalarType.INT64:
      return (reader) => `"${int64Text(reader.varint())}"`;
    case ScalarType.UINT64:
      return (reader) => `"${reader.varint()}"`;
    case ScalarType.SINT64:
      return (reader) => `"${unzigzag64(BigInt(reader.varint()))}"`;
    case ScalarType.FIXED64:
      return (reader) => `"${reader.fixed64()}"`;
    case ScalarType.SFIXED64:
      return (reader) => `"${BigInt.asIntN(64, reader.fixed64())}"`;
  }
}

/** The JSON text of the default of a scalar type. */
export function defaultText(type: ScalarType): string {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return '""';
    case ScalarType.BOOL:
      return 'false';
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return '"0"';
    default:
      return '0';
  }
}

function int64Text(value: number | bigint): string {
  // Below 2^53 the sign bit is not set.
  return typeof value === 'number' ? String(value) : String(BigInt.asIntN(64, value));
}

function unzigzag32(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

function unzigzag64(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}
