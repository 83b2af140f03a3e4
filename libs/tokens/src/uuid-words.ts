/** The value of a hexadecimal digit in lower case; the others have none. */
const NIBBLES = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value++) NIBBLES[value.toString(16).charCodeAt(0)] = value;

const HYPHEN = '-'.charCodeAt(0);

/** Characters of the text: 32 digits and 4 hyphens. */
const CHARS = 36;

/**
 * Reads a UUID in its canonical text (RFC 9562, section 4; lower case) as four words of 32 bits. One text makes one
 * set of words and the other way round, so that comparing words is comparing texts.
 *
 * @param words four places to write to; unchanged in meaning when the answer is false
 * @returns false for any other text
 */
export function readUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== CHARS) return false;
  let digits = 0;
  let word = 0;
  for (let index = 0; index < CHARS; index++) {
    const code = text.charCodeAt(index);
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (code !== HYPHEN) return false;
      continue;
    }
    const nibble = code < 128 ? NIBBLES[code]! : 255;
    if (nibble === 255) return false;
    word = (word << 4) | nibble;
    if ((++digits & 7) === 0) words[(digits >> 3) - 1] = word;
  }
  return true;
}

/** The canonical text of four words; the other way round of {@link readUuid}. */
export function writeUuid(words: Uint32Array): string {
  const digits = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
  const groups = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return `${groups.join('-')}-${digits.slice(20)}`;
}
