import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import { contract, messageOf } from '../testing/contract.js';
import { SAMPLE_CONTRACT } from '../testing/sample-contract.js';
import { refusalOf } from '../testing/serving.js';
import { createCodec } from './codec.js';

const registry = contract(SAMPLE_CONTRACT);
const codec = createCodec(registry);
const type = messageOf(registry, 'google.protobuf.StringValue');

const toWire = (value: string) => toBinary(StringValueSchema, create(StringValueSchema, { value }));
const printed = (value: string) => codec.encodeJson(type, toWire(value)).toString();
const read = (json: string) => fromBinary(StringValueSchema, codec.decodeJson(type, json)).value;

/** Four bytes are looked at together: a character stands at each place of a word, and of what is left of one. */
const places = Array.from({ length: 9 }, (_, length) =>
  Array.from({ length: length + 1 }, (__, at) => [at, length - at] as const),
).flat();
const characters = [
  ...Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)),
  ...['\u2028', '\ufeff', '\ufffd', '世', '🜁'],
];
const texts = characters.flatMap((character) =>
  places.map(([before, after]) => 'a'.repeat(before) + character + 'z'.repeat(after)),
);

describe('a string', () => {
  it('is printed as JSON.stringify does', () => {
    for (const text of texts) expect(printed(text)).toBe(JSON.stringify(text));
  });

  it('is read as JSON.parse does', () => {
    for (const text of texts) expect(read(JSON.stringify(text))).toBe(text);
  });

  it('may be longer than what is kept for it', () => {
    for (const unit of ['a', '\n', '世']) {
      const text = unit.repeat(100_000);
      expect(printed(text)).toBe(JSON.stringify(text));
      expect(read(JSON.stringify(text))).toBe(text);
    }
  });

  it('that is no UTF-8 is refused, wherever the fault is', () => {
    for (const [before, after] of places) {
      for (const fault of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
        const bytes = Buffer.concat([
          Buffer.alloc(before, 'a'),
          Buffer.from(fault),
          Buffer.alloc(after, 'a'),
        ]);
        const wire = Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);
        const json = Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')]);
        expect(refusalOf(() => codec.encodeJson(type, wire))).toMatchObject({ reason: 'REPLY_MALFORMED' });
        expect(refusalOf(() => codec.decodeJson(type, json))).toMatchObject({ reason: 'BODY_NOT_UTF8' });
      }
    }
  });

  it('that a control character or the end of the text breaks off is refused', () => {
    for (const [before, after] of places) {
      for (const json of [
        `"${'a'.repeat(before)}\u001f${'a'.repeat(after)}"`,
        `"${'a'.repeat(before + after)}`,
        `"${'a'.repeat(before)}\\`,
      ])
        expect(refusalOf(() => codec.decodeJson(type, json))).toMatchObject({ reason: 'JSON_MALFORMED' });
    }
  });
});
