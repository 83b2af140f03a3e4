import { ScalarType } from '@bufbuild/protobuf';
import { WireType, type WireWriter } from '../wire/wire-writer.js';

/** A scalar in memory. 64-bit integers are numbers where that is exact. */
export type ScalarValue = number | bigint | boolean | string | Uint8Array;

const INTEGERS: Partial<Record<ScalarType, { min: bigint; max: bigint }>> = {};
for (const type of [ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32]) INTEGERS[type] = signed(32n);
for (const type of [ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64]) INTEGERS[type] = signed(64n);
for (const type of [ScalarType.UINT32, ScalarType.FIXED32])
  INTEGERS[type] = { min: 0n, max: (1n << 32n) - 1n };
for (const type of [ScalarType.UINT64, ScalarType.FIXED64])
  INTEGERS[type] = { min: 0n, max: (1n << 64n) - 1n };

function signed(bits: bigint): { min: bigint; max: bigint } {
  return { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

/** The range of an integer type; undefined for the others. */
export function integerRange(type: ScalarType): { min: bigint; max: bigint } | undefined {
  return INTEGERS[type];
}

/** The wire type of a scalar that is not packed. */
export function wireTypeOf(type: ScalarType): number {
  switch (type) {
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.FIXED64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.FIXED32;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LEN;
    default:
      return WireType.VARINT;
  }
}

/** Whether a value is the default of its type, which a field without presence does not put on the wire. */
export function isDefault(value: ScalarValue): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return value === '' || value === false || Object.is(value, 0) || value === 0n;
}

/** Writes a scalar without its tag. */
export function writeScalar(writer: WireWriter, type: ScalarType, value: ScalarValue): void {
  switch (type) {
    case ScalarType.STRING:
      writer.string(value as string);
      return;
    case ScalarType.BYTES:
      return writer.bytes(value as Uint8Array);
    case ScalarType.BOOL:
      return writer.varint(value === true ? 1 : 0);
    case ScalarType.DOUBLE:
      return writer.double(value as number);
    case ScalarType.FLOAT:
      return writer.float(value as number);
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return writer.fixed32(value as number);
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return writer.fixed64(value as number | bigint);
    case ScalarType.SINT32:
      return writer.varint((((value as number) << 1) ^ ((value as number) >> 31)) >>> 0);
    case ScalarType.SINT64:
      return writer.varint64(zigzag(BigInt(value as number | bigint)));
    default:
      return writer.varint64(value as number | bigint);
  }
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}
