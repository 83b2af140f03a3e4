import { ScalarType, type DescEnum } from '@bufbuild/protobuf';
import type { EnumNames } from './enum-names.js';
import { invalid, type DecodeContext } from './decode-context.js';
import { parseFloating, parseInteger } from './number-text.js';
import { describeScalar, parseScalarText } from './scalar-text.js';
import { integerRange, type ScalarValue } from './scalar-value.js';

/**
 * Reads a scalar by the proto3 JSON mapping: numbers as numbers or strings, everything else in its one form.
 *
 * @throws TranscodingError FIELD_INVALID, JSON_MALFORMED
 */
export function readScalar(context: DecodeContext, type: ScalarType): ScalarValue {
  const { cursor } = context;
  const kind = cursor.kind();
  let value: ScalarValue | undefined;
  if (kind === 'string') {
    if (type !== ScalarType.BOOL) value = parseScalarText(type, cursor.string());
  } else if (kind === 'number') {
    value = parseNumber(type, cursor.number());
  } else if (type === ScalarType.BOOL && (kind === 'true' || kind === 'false')) {
    cursor.word(kind);
    value = kind === 'true';
  }
  if (value === undefined) throw invalid(context, describeScalar(type));
  return value;
}

const INT32 = { min: -(1n << 31n), max: (1n << 31n) - 1n };

/**
 * Reads an enum: a name, or any 32-bit number, since proto3 enums are open. Undefined for an unknown name
 * that is to be ignored.
 *
 * @throws TranscodingError FIELD_INVALID, JSON_MALFORMED
 */
export function readEnum(context: DecodeContext, type: DescEnum, names: EnumNames): number | undefined {
  const { cursor } = context;
  const kind = cursor.kind();
  if (kind === 'null' && type.typeName === 'google.protobuf.NullValue') {
    cursor.word(kind);
    return 0;
  }
  if (kind === 'string') {
    const number = cursor.readString(names.find);
    if (number === undefined && !context.ignoreUnknownFields) throw invalid(context, describeEnum(type));
    return number;
  }
  const number = kind === 'number' ? parseInteger(cursor.number(), INT32) : undefined;
  if (number === undefined || (!type.open && !type.values.some((value) => value.number === number))) {
    throw invalid(context, describeEnum(type));
  }
  return Number(number);
}

/** What a value of an enum must be, for people. */
export function describeEnum(type: DescEnum): string {
  return `must be a value of ${type.name}`;
}

function parseNumber(type: ScalarType, text: string): number | bigint | undefined {
  const range = integerRange(type);
  if (range !== undefined) return parseInteger(text, range);
  if (type !== ScalarType.DOUBLE && type !== ScalarType.FLOAT) return undefined;
  return parseFloating(text, type === ScalarType.FLOAT);
}
