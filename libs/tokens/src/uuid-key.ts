/** A UUID as four signed words of 32 bits, and their hash: what a table finds it by. */
export interface UuidKey {
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
  readonly hash: number;
}

/** The value of a hexadecimal digit in lower case; -1 for any other character of ASCII. */
const NIBBLES = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) NIBBLES[value.toString(16).charCodeAt(0)] = value;

const HYPHEN = '-'.charCodeAt(0);
const HYPHENS_AT = [8, 13, 18, 23] as const;

/** Characters of the text: 32 digits and 4 hyphens. */
const CHARS = 36;

/**
 * Reads a UUID in its canonical text (RFC 9562, section 4; lower case). One text makes one set of words and the other
 * way round, so that comparing words is comparing texts.
 *
 * @returns undefined for any other text
 */
export function readUuid(text: string): UuidKey | undefined {
  if (text.length !== CHARS) return undefined;
  for (const at of HYPHENS_AT) if (text.charCodeAt(at) !== HYPHEN) return undefined;
  const a = fourDigits(text, 0);
  const b = fourDigits(text, 4);
  const c = fourDigits(text, 9);
  const d = fourDigits(text, 14);
  const e = fourDigits(text, 19);
  const f = fourDigits(text, 24);
  const g = fourDigits(text, 28);
  const h = fourDigits(text, 32);
  if ((a | b | c | d | e | f | g | h) < 0) return undefined;
  const [word0, word1, word2, word3] = [(a << 16) | b, (c << 16) | d, (e << 16) | f, (g << 16) | h];
  return { word0, word1, word2, word3, hash: hashUuid(word0, word1, word2, word3) };
}

/** The canonical text of four words; the other way round of {@link readUuid}. */
export function writeUuid(words: Uint32Array): string {
  const digits = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
  const groups = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return `${groups.join('-')}-${digits.slice(20)}`;
}

/** Mixes the words of a UUID into 32 bits. Not all of its bits are random: those of version 7 begin with the time. */
export function hashUuid(word0: number, word1: number, word2: number, word3: number): number {
  let hash = word0 ^ Math.imul(word1, 0x9e3779b1);
  hash = Math.imul(hash ^ word2 ^ (hash >>> 15), 0x85ebca77);
  hash = Math.imul(hash ^ word3 ^ (hash >>> 13), 0xc2b2ae3d);
  return hash ^ (hash >>> 16);
}

/** The value of four digits; negative when one of them is none. */
function fourDigits(text: string, at: number): number {
  return (
    (nibble(text.charCodeAt(at)) << 12) |
    (nibble(text.charCodeAt(at + 1)) << 8) |
    (nibble(text.charCodeAt(at + 2)) << 4) |
    nibble(text.charCodeAt(at + 3))
  );
}

function nibble(code: number): number {
  return code < NIBBLES.length ? (NIBBLES[code] as number) : -1;
}
