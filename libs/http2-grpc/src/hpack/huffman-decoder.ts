import { HpackError } from './hpack-error.js';
import { EOS, huffmanCodes } from './huffman-code.js';

/**
 * Bits that are looked up at once. The codes of what most texts are made of have 5 to 8 bits, so that often two are in
 * these; a table for more would not stay near the processor.
 */
const LOOKED_UP_BITS = 12;

/** What an entry of the table holds: one symbol or two, then how many bits they have together, and how many they are. */
const SECOND_SHIFT = 8;
const BITS_SHIFT = 16;
const BITS_MASK = 0xf;
const COUNT_SHIFT = 20;

/** What {@link codeOf} answers: a symbol, and above it how many bits its code has. */
const LENGTH_SHIFT = 9;

/** The codes of one length. */
interface Codes {
  readonly length: number;
  readonly symbols: number[];
  /** The first one, and the first that is greater than all, as 32 bits: they begin with it, and zeros follow. */
  readonly from: number;
  below: number;
}

const byLength = codesByLength();
const pairs = lookUpTable();

/** Made larger when a longer string comes. */
let scratch = Buffer.allocUnsafeSlow(4_096);

/**
 * Decodes a string (RFC 7541, section 5.2).
 *
 * @returns its octets, in memory that the next call uses again
 * @throws HpackError for one that holds EOS, or is padded with a whole octet or with other bits than ones
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): Buffer {
  // No code has fewer than five bits. A second symbol is written where there may be none.
  const most = Math.ceil(((end - start) * 8) / 5) + 1;
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(2 * most);
  const octets = scratch;
  const endBit = end * 8;
  let bit = start * 8;
  let length = 0;
  // Two look-ups fit into the bits of four octets, whichever bit of the first they begin with.
  while (bit + 32 <= endBit) {
    const at = bit >> 3;
    const word =
      (((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number)) <<
      (bit & 7);
    const first = pairs[word >>> (32 - LOOKED_UP_BITS)] as number;
    if (first === 0) {
      const code = codeOf(wordAt(bytes, bit, end));
      octets[length++] = symbolOf(code);
      bit += code >> LENGTH_SHIFT;
      continue;
    }
    octets[length] = first;
    octets[length + 1] = first >> SECOND_SHIFT;
    length += first >> COUNT_SHIFT;
    const bits = (first >> BITS_SHIFT) & BITS_MASK;
    const second = pairs[(word << bits) >>> (32 - LOOKED_UP_BITS)] as number;
    // None where a longer code begins, which the next round reads.
    octets[length] = second;
    octets[length + 1] = second >> SECOND_SHIFT;
    length += second >> COUNT_SHIFT;
    bit += bits + ((second >> BITS_SHIFT) & BITS_MASK);
  }
  while (!isPadding(bytes, bit, end)) {
    const code = codeOf(wordAt(bytes, bit, end));
    octets[length++] = symbolOf(code);
    bit += code >> LENGTH_SHIFT;
    if (bit > endBit) throw new HpackError('a string is padded with other bits than ones, or too many');
  }
  return octets.subarray(0, length);
}

function symbolOf(code: number): number {
  const symbol = code & ((1 << LENGTH_SHIFT) - 1);
  if (symbol === EOS) throw new HpackError('a string holds EOS');
  return symbol;
}

/** Whether only ones are left, and fewer than an octet of them. */
function isPadding(bytes: Uint8Array, bit: number, end: number): boolean {
  return end * 8 - bit < 8 && wordAt(bytes, bit, end) === 0xffffffff;
}

/** The 32 bits from one on; beyond the end there are ones. */
function wordAt(bytes: Uint8Array, bit: number, end: number): number {
  const octet = (at: number): number => (at < end ? (bytes[at] as number) : 0xff);
  const at = bit >> 3;
  const shift = bit & 7;
  const word = (octet(at) << 24) | (octet(at + 1) << 16) | (octet(at + 2) << 8) | octet(at + 3);
  return ((word << shift) | (octet(at + 4) >> (8 - shift))) >>> 0;
}

/**
 * The symbol whose code some bits begin with, and the length of that. The codes are canonical: in the order of their
 * values the shorter ones come first, and all ones belong to the last of them.
 */
function codeOf(word: number): number {
  const { length, symbols, from } = byLength.find(({ below }) => word < below) as Codes;
  return (symbols[(word - from) >>> (32 - length)] as number) | (length << LENGTH_SHIFT);
}

function codesByLength(): readonly Codes[] {
  const found = new Map<number, Codes>();
  for (const { symbol, bits, length } of huffmanCodes()) {
    const size = 2 ** (32 - length);
    const codes = found.get(length) ?? { length, symbols: [], from: bits * size, below: 0 };
    codes.symbols.push(symbol);
    codes.below = (bits + 1) * size;
    found.set(length, codes);
  }
  return [...found.values()];
}

function lookUpTable(): Int32Array {
  return Int32Array.from({ length: 1 << LOOKED_UP_BITS }, (_, bits) => {
    const word = bits * 2 ** (32 - LOOKED_UP_BITS);
    const first = codeOf(word);
    const firstLength = first >> LENGTH_SHIFT;
    if (firstLength > LOOKED_UP_BITS) return 0;
    const second = codeOf((word << firstLength) >>> 0);
    const both = firstLength + (second >> LENGTH_SHIFT);
    if (both > LOOKED_UP_BITS) return symbolOf(first) | (firstLength << BITS_SHIFT) | (1 << COUNT_SHIFT);
    return symbolOf(first) | (symbolOf(second) << SECOND_SHIFT) | (both << BITS_SHIFT) | (2 << COUNT_SHIFT);
  });
}
