import { ScalarType } from '@bufbuild/protobuf';
import type { WireReader } from '../wire/wire-reader.js';
import type { JsonWriter } from './json-writer.js';

/** Reads one scalar off the wire and writes its JSON text. */
export type ScalarPrinter = (reader: WireReader, writer: JsonWriter) => void;

/** A number as JSON text; the three that JSON does not have as strings. */
function floatingText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The printer of a scalar type: 64-bit integers as strings, bytes as padded base64. */
export function scalarPrinter(type: ScalarType): ScalarPrinter {
  if (type === ScalarType.STRING) return (reader, writer) => writer.string(reader, reader.delimited());
  const textOf = scalarText(type);
  return (reader, writer) => writer.ascii(textOf(reader));
}

/** The JSON text of a scalar that is no string, as a function of the reader that stands before it. */
export function scalarText(type: Exclude<ScalarType, ScalarType.STRING>): (reader: WireReader) => string {
  switch (type) {
    case ScalarType.BYTES:
      return (reader) => `"${reader.payload().toString('base64')}"`;
    case ScalarType.BOOL:
      return (reader) => (Number(reader.varint()) === 0 ? 'false' : 'true');
    case ScalarType.DOUBLE:
      return (reader) => floatingText(reader.double());
    case ScalarType.FLOAT:
      return (reader) => floatingText(reader.float());
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
      return (reader) => `"${int64(reader.varint())}"`;
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

/** A varint as int64. */
export function int64(value: number | bigint): number | bigint {
  // Below 2^53 the sign bit is not set.
  return typeof value === 'number' ? value : BigInt.asIntN(64, value);
}

function unzigzag32(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

function unzigzag64(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}
