const PLAIN = /^-?(?:0|[1-9][0-9]*)$/;
const JSON_NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
/** Digits of 2^64. */
const MAX_DIGITS = 20;

/**
 * The integer that a JSON number denotes, exactly: `1.0` and `1e2` are integers, 9007199254740993 is not
 * rounded. A number where that is exact, else a bigint. Undefined for a fraction, for what is no JSON number,
 * and out of range.
 */
export function parseInteger(text: string, range: { min: bigint; max: bigint }): number | bigint | undefined {
  const digits = PLAIN.test(text) ? text : integralDigits(text);
  if (digits === undefined || digits.length > MAX_DIGITS + 1) return undefined;
  const value = digits.length <= 15 ? Number(digits) : BigInt(digits);
  if (value < range.min || value > range.max) return undefined;
  const number = Number(value);
  // "-0" is the integer 0.
  return Number.isSafeInteger(number) ? number + 0 : value;
}

/** The plain digits of a JSON number that is written with a fraction or an exponent but is whole. */
function integralDigits(text: string): string | undefined {
  const match = JSON_NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const significant = (whole + fraction).replace(/^0+/, '');
  const trimmed = significant.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const zeros = Number(exponent) - fraction.length + (significant.length - trimmed.length);
  if (zeros < 0 || trimmed.length + zeros > MAX_DIGITS) return undefined;
  return sign + trimmed + '0'.repeat(zeros);
}

/**
 * A JSON number, or undefined where it is none or lies outside of the type. What is rounded to the largest float is one:
 * other writers print that as 3.4028235e38.
 */
export function parseFloating(text: string, single: boolean): number | undefined {
  if (!JSON_NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(single ? Math.fround(value) : value) ? value : undefined;
}

/** The floating-point values that JSON writes as strings. */
export const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);
