import { ScalarType, type DescEnum } from '@bufbuild/protobuf';
import { parseBase64 } from './base64.js';
import { parseFloating, parseInteger, SPECIAL_FLOATS } from './number-text.js';
import { integerRange, type ScalarValue } from './scalar-value.js';

/** A scalar from the text of a path variable, a query parameter, a map key or a JSON string; undefined when it is none. */
export function parseScalarText(type: ScalarType, text: string): ScalarValue | undefined {
  switch (type) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return parseBase64(text);
    case ScalarType.BOOL:
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return SPECIAL_FLOATS.get(text) ?? parseFloating(text, type === ScalarType.FLOAT);
    default:
      return parseInteger(text, integerRange(type) as { min: bigint; max: bigint });
  }
}

/** An enum number from a name or the number of a known value; undefined for anything else. */
export function parseEnumText(type: DescEnum, text: string): number | undefined {
  const named = type.values.find((value) => value.name === text);
  if (named !== undefined) return named.number;
  const number = /^-?[0-9]+$/.test(text) ? Number(text) : undefined;
  return type.values.find((value) => value.number === number)?.number;
}

/** What a value of the type must be, for people. */
export function describeScalar(type: ScalarType): string {
  const range = integerRange(type);
  if (range !== undefined) return `must be an integer from ${range.min} to ${range.max}`;
  switch (type) {
    case ScalarType.BOOL:
      return 'must be true or false';
    case ScalarType.BYTES:
      return 'must be base64';
    case ScalarType.STRING:
      return 'must be a string';
    case ScalarType.FLOAT:
      return 'must be a number within the range of float';
    default:
      return 'must be a number within the range of double';
  }
}
