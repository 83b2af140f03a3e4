import { huffmanCodes } from '../huffman-code.js';

const CODES = new Map(huffmanCodes().map((code) => [code.symbol, code]));

/** Encodes octets, in the slow and obvious way (RFC 7541, section 5.2). */
export function encodeHuffman(octets: Uint8Array): Buffer {
  let bits = [...octets].map((octet) => bitsOf(octet)).join('');
  bits += '1'.repeat((8 - (bits.length % 8)) % 8);
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
}

/** The code of a symbol as zeros and ones. */
export function bitsOf(symbol: number): string {
  const { bits, length } = CODES.get(symbol) ?? { bits: 0, length: 0 };
  return bits.toString(2).padStart(length, '0');
}
