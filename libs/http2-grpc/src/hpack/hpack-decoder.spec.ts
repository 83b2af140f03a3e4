import { describe, expect, it } from '@jest/globals';
import { Random } from '../spec/random.js';
import { HpackDecoder } from './hpack-decoder.js';
import { HpackError } from './hpack-error.js';
import { FIELDS, SEQUENCES } from './spec/appendix-c.js';
import { bitsOf, encodeHuffman } from './spec/encode-huffman.js';
import { decodeLines, FieldList, tableOf } from './spec/field-lists.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const decode = (hex: string, decoder = new HpackDecoder()) => decodeLines(decoder, bytes(hex));

describe('the examples of RFC 7541, Appendix C', () => {
  it.each(FIELDS)('a field: $fields', ({ hex, fields, table }) => {
    const decoder = new HpackDecoder();
    expect(decodeLines(decoder, bytes(hex))).toEqual(fields);
    expect(tableOf(decoder)).toEqual(table);
  });

  it.each(SEQUENCES)('$name', ({ tableSize, blocks }) => {
    const decoder = new HpackDecoder(tableSize);
    for (const { hex, fields, table } of blocks) {
      expect(decodeLines(decoder, bytes(hex))).toEqual(fields);
      expect(tableOf(decoder)).toEqual(table);
    }
  });
});

describe('a string in Huffman code', () => {
  it('is any octets', () => {
    const random = new Random(1);
    const strings = [
      ...Array.from({ length: 256 }, (_, octet) => Buffer.from([octet])),
      ...Array.from({ length: 500 }, () => random.bytes(random.below(200))),
    ];
    for (const octets of strings) {
      const coded = encodeHuffman(octets);
      const prefix = coded.length < 127 ? [coded.length] : [127, ...integer(coded.length - 127)];
      const block = Buffer.concat([Buffer.from([0x04, 0x80 | prefix[0]!, ...prefix.slice(1)]), coded]);
      expect(decodeLines(new HpackDecoder(), block)).toEqual([`:path: ${octets.toString('latin1')}`]);
    }
  });

  const padded = (bits: string) => {
    const octets = Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
    return Buffer.concat([Buffer.from([0x04, 0x80 | octets.length]), octets]);
  };

  it.each([
    ['is padded with zeros', `${bitsOf(0x61)}000`],
    ['is padded with eight ones', `${bitsOf(0x58)}11111111`],
    ['is nothing but a whole octet of padding', '11111111'],
    ['holds EOS', `${bitsOf(256)}11`],
    ['holds EOS between others', `${bitsOf(0x61)}${bitsOf(256)}${bitsOf(0x61)}111111`.slice(0, 40)],
  ])('is refused when it %s', (_what, bits) => {
    expect(() => decodeLines(new HpackDecoder(), padded(bits))).toThrow(HpackError);
  });
});

describe('a block that breaks the format', () => {
  it.each([
    ['index 0', '80'],
    ['an index behind the tables', 'be'],
    ['a name behind the tables', '7e0161'],
    ['a field without a value', '4001 61'],
    ['a name that is cut off', '400a 6375'],
    ['a value that is cut off', '040c 2f73'],
    ['an integer that is cut off', 'ff'],
    ['an integer that goes on beyond 28 bits', 'ff80 8080 8080 01'],
    ['an integer of five octets', 'ff80 8080 8001'],
    ['a table larger than was announced', '3fe2 1f'],
    ['a new size of the table behind a field', '8220'],
  ])('is refused: %s', (_what, hex) => {
    expect(() => decode(hex)).toThrow(HpackError);
  });
});

describe('the size of the table', () => {
  it('may change before the first field, twice', () => {
    const decoder = new HpackDecoder();
    decode('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', decoder);
    expect(decode('20 3fe1 1f 82', decoder)).toEqual([':method: GET']);
    expect(tableOf(decoder)).toEqual([]);
  });

  it('lets a field empty it that is too large for it', () => {
    const decoder = new HpackDecoder(64);
    decode('4001 6101 62', decoder);
    expect(tableOf(decoder)).toEqual(['a: b']);
    decode(`4001 6128 ${'62'.repeat(40)}`, decoder);
    expect(tableOf(decoder)).toEqual([]);
  });

  it('holds as many fields as fit, and the newest of them', () => {
    const decoder = new HpackDecoder();
    const all = Array.from({ length: 300 }, (_, index) => `x${String(index).padStart(3, '0')}`);
    for (const name of all) decode(`4004 ${Buffer.from(name).toString('hex')} 00`, decoder);
    // Each counts 36 octets.
    expect(tableOf(decoder).slice(0, 65)).toEqual(
      all
        .slice(-65)
        .toReversed()
        .map((name) => `${name}: `),
    );
    expect(() => decode(`ff${Buffer.from([61 + 114 - 127]).toString('hex')}`, decoder)).toThrow(HpackError);
  });
});

describe('a field', () => {
  const isSound = (name: string, value: string) => {
    const [nameBytes, valueBytes] = [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')];
    const block = Buffer.concat([
      Buffer.from([0x00, nameBytes.length]),
      nameBytes,
      Buffer.from([valueBytes.length]),
      valueBytes,
    ]);
    const list = new FieldList();
    new HpackDecoder().decode(block, 0, block.length, list);
    return list.fields[0]?.isSound;
  };

  it.each([
    ['x-request-id', 'a b\tc'],
    [':path', '/'],
    ['x', ''],
    ['x', '\xfc'],
  ])('is sound: %j: %j', (name, value) => expect(isSound(name, value)).toBe(true));

  it.each([
    ['X-Request-Id', 'a'],
    ['', 'a'],
    [':', 'a'],
    ['a:b', 'a'],
    ['a b', 'a'],
    ['a\0', 'a'],
    ['\xfc', 'a'],
    ['a', ' a'],
    ['a', 'a '],
    ['a', '\ta'],
    ['a', 'a\nb'],
    ['a', 'a\rb'],
    ['a', 'a\0b'],
  ])('is not sound: %j: %j (RFC 9113, section 8.2.1)', (name, value) =>
    expect(isSound(name, value)).toBe(false),
  );
});

describe('bytes of any kind', () => {
  it('are decoded or refused, and nothing else happens', () => {
    const random = new Random(7);
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      const decoder = new HpackDecoder();
      try {
        for (let block = 0; block < 3; block++) decodeLines(decoder, random.bytes(random.below(60)));
      } catch (error) {
        if (!(error instanceof HpackError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1_000);
    expect(refused).toBeLessThan(20_000);
  });
});

function integer(value: number): number[] {
  return value < 128 ? [value] : [0x80 | (value & 0x7f), ...integer(value >> 7)];
}
