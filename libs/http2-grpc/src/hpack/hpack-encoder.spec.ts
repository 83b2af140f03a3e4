import { describe, expect, it } from '@jest/globals';
import { Random } from '../spec/random.js';
import { HpackDecoder } from './hpack-decoder.js';
import { HpackEncoder } from './hpack-encoder.js';
import { SEQUENCES } from './spec/appendix-c.js';
import { decodeLines, tableOf } from './spec/field-lists.js';

type Way = 'indexed' | 'literal' | 'neverIndexed';
type Line = readonly [way: Way, name: string, value: string];

function encode(encoder: HpackEncoder, lines: readonly Line[]): Buffer {
  const room = lines.reduce((sum, [, name, value]) => sum + HpackEncoder.room(name, value), 16);
  const bytes = Buffer.alloc(room);
  encoder.begin(bytes, 3);
  for (const [way, name, value] of lines) encoder[way](name, value);
  return bytes.subarray(3, encoder.end());
}

const text = (lines: readonly Line[]) => lines.map(([, name, value]) => `${name}: ${value}`);

describe('fields that come again', () => {
  it('are encoded as RFC 7541, Appendix C.3 has them', () => {
    const encoder = new HpackEncoder();
    for (const { hex, fields } of SEQUENCES[0]?.blocks ?? []) {
      const lines = fields.map((line): Line => {
        const [, name = '', value = ''] = /^(:?[^:]+): (.*)$/.exec(line) ?? [];
        return ['indexed', name, value];
      });
      expect(encode(encoder, lines).toString('hex')).toBe(hex.replace(/\s/g, ''));
    }
  });
});

describe('what is sent', () => {
  it('is what a decoder reads, in any way and order and with tables of any size', () => {
    const random = new Random(3);
    const names = [':path', 'te', 'authorization', 'x-request-id', 'traceparent', 'grpc-timeout', 'x'];
    for (let round = 0; round < 60; round++) {
      const [encoder, decoder] = [new HpackEncoder(), new HpackDecoder()];
      for (let block = 0; block < 30; block++) {
        if (random.chance(20)) encoder.maxTableSize = random.below(600);
        const lines = random.list(12, (): Line => {
          const name = random.chance(80) ? random.pick(names) : `x-${random.text('abc', 3)}`;
          const value = random.chance(50) ? random.pick(['', 'a', 'b']) : random.text('xyz', 300);
          return [random.pick<Way>(['indexed', 'literal', 'neverIndexed']), name, value];
        });
        expect(decodeLines(decoder, encode(encoder, lines))).toEqual(text(lines));
      }
    }
  });

  it('is an octet for a field that was sent before', () => {
    const encoder = new HpackEncoder();
    const lines: Line[] = [
      ['indexed', ':method', 'POST'],
      ['indexed', ':path', '/gatehouse.resources.v1.ResourceService/GetResource'],
      ['indexed', 'te', 'trailers'],
    ];
    encode(encoder, lines);
    expect(encode(encoder, lines)).toHaveLength(3);
  });

  it('has the name of a field sent once whose value is always another one', () => {
    const encoder = new HpackEncoder();
    encode(encoder, [['literal', 'traceparent', 'one']]);
    expect(encode(encoder, [['literal', 'traceparent', 'two']])).toHaveLength(2 + 'xtwo'.length);
  });

  it('has a table of no more than 4,096 octets, whatever the other end would keep', () => {
    const encoder = new HpackEncoder();
    encoder.maxTableSize = 1_000_000;
    const decoder = new HpackDecoder();
    for (let index = 0; index < 200; index++)
      decodeLines(decoder, encode(encoder, [['indexed', 'x', `${index}`.padStart(64, '0')]]));
    expect(tableOf(decoder)).toHaveLength(Math.floor(4_096 / (1 + 64 + 32)));
  });
});

describe('a secret', () => {
  it('is in no table, and says so', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    for (const name of ['authorization', 'dpop', 'cookie']) {
      const block = encode(encoder, [['neverIndexed', name, 'secret']]);
      expect((block[0] as number) & 0xf0).toBe(0x10);
      expect(decodeLines(decoder, block)).toEqual([`${name}: secret`]);
    }
    expect(tableOf(decoder)).toEqual([]);
  });
});

describe('a smaller table', () => {
  it('is said before the next field, the smallest size first (RFC 7541, section 4.2)', () => {
    const encoder = new HpackEncoder();
    encode(encoder, [['indexed', 'x', 'a']]);
    encoder.maxTableSize = 0;
    encoder.maxTableSize = 100;
    expect(encode(encoder, [['indexed', ':method', 'GET']]).toString('hex')).toBe('203f4582');
    expect(encode(encoder, [['indexed', ':method', 'GET']]).toString('hex')).toBe('82');
  });

  it('is not filled by one field alone', () => {
    const [encoder, decoder] = [new HpackEncoder(), new HpackDecoder()];
    encoder.maxTableSize = 200;
    decodeLines(decoder, encode(encoder, [['indexed', 'x', 'a']]));
    decodeLines(decoder, encode(encoder, [['indexed', 'y', 'b'.repeat(30)]]));
    expect(tableOf(decoder)).toEqual(['x: a']);
  });
});
