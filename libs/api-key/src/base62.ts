/** In the order of ASCII: texts of the same length sort as the numbers do. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const VALUES: ReadonlyMap<string, bigint> = new Map(
  [...DIGITS].map((digit, value) => [digit, BigInt(value)]),
);

/** How many digits the numbers of this many bytes are written with. */
export function base62Length(bytes: number): number {
  return Math.ceil((8 * bytes) / Math.log2(62));
}

/** Writes bytes as one number, the first byte most significant, in a fixed number of digits. */
export function encodeBase62(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (let left = base62Length(bytes.length); left > 0; left--) {
    text = DIGITS.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}

/** Reads what {@link encodeBase62} wrote of this many bytes; undefined for every other text. */
export function decodeBase62(text: string, bytes: number): Buffer | undefined {
  if (text.length !== base62Length(bytes)) return undefined;
  let number = 0n;
  for (const digit of text) {
    const value = VALUES.get(digit);
    if (value === undefined) return undefined;
    number = number * 62n + value;
  }
  // The last few numbers of that many digits are larger than the bytes hold.
  if (number >> BigInt(8 * bytes) !== 0n) return undefined;
  return Buffer.from(number.toString(16).padStart(2 * bytes, '0'), 'hex');
}
