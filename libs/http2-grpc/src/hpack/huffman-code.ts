/** The symbol that no string holds: the first bits of its code are what pads a string (RFC 7541, section 5.2). */
export const EOS = 256;

/**
 * How many bits the code of each symbol has (RFC 7541, Appendix B). The code is canonical: codes of one length follow
 * each other in the order of their symbols, the shorter before the longer, so that their lengths tell all of them.
 */
// prettier-ignore
const CODE_LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, // 0x00
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, // 0x10
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, // 0x20
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, // 0x30
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, // 0x40
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, // 0x50
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, // 0x60
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, // 0x70
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, // 0x80
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, // 0x90
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, // 0xa0
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, // 0xb0
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, // 0xc0
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, // 0xd0
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, // 0xe0
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, // 0xf0
  30, // EOS
];

/** The code of a symbol: its bits, the last one in the lowest place, and how many they are. */
export interface HuffmanCode {
  readonly symbol: number;
  readonly bits: number;
  readonly length: number;
}

/** The codes of all symbols, in the order of the codes. */
export function huffmanCodes(): readonly HuffmanCode[] {
  const symbols = CODE_LENGTHS.map((length, symbol) => ({ symbol, length })).toSorted(
    (one, other) => one.length - other.length || one.symbol - other.symbol,
  );
  let bits = 0;
  let before = 0;
  return symbols.map(({ symbol, length }) => {
    bits <<= length - before;
    before = length;
    return { symbol, bits: bits++, length };
  });
}
