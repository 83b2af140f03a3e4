import { describe, expect, it } from '@jest/globals';
import { reasonOf } from './spec-reason.js';
import { readStrictObject } from './strict-json.js';

function read(text: string | Uint8Array) {
  return readStrictObject(typeof text === 'string' ? Buffer.from(text) : text, 'CLAIMS_MALFORMED');
}

describe('readStrictObject', () => {
  it.each([
    '{}',
    '{"a":1,"b":[1,"x",null,{"a":2}],"c":{"a":3}}',
    ' { "a" : "\\"{,}[]:" , "b" : "" } ',
    '{"a":[],"b":{},"c":[[],{}]}',
    '{"a":{"b":1},"b":2}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['an array', '["a"]'],
    ['a string', '"a"'],
    ['null', 'null'],
    ['nothing', ''],
    ['garbage behind', '{}x'],
    ['a comment', '{/**/}'],
    ['a trailing comma', '{"a":1,}'],
    ['a byte order mark', '\ufeff{}'],
    ['NaN', '{"a":NaN}'],
    ['a repeated name', '{"a":1,"a":1}'],
    ['a name repeated by an escape', '{"alg":1,"\\u0061lg":1}'],
    ['a repeated name below', '{"a":{"b":1,"c":[{}],"b":2}}'],
    ['a repeated name behind a nested object', '{"a":{"b":1},"a":2}'],
    ['a repeated name in an array', '{"a":[{"b":1},{"b":1,"b":2}]}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['constructor below', '{"a":[{"constructor":{}}]}'],
    ['prototype by an escape', '{"\\u0070rototype":1}'],
  ])('refuses %s', (_what, text) => {
    expect(reasonOf(() => read(text))).toBe('CLAIMS_MALFORMED');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(reasonOf(() => read(Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')])))).toBe(
      'CLAIMS_MALFORMED',
    );
  });

  it('reads 64 members and a depth of 8, and no more', () => {
    const members = (count: number) =>
      `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join()}}`;
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(reasonOf(() => read(members(64)))).toBeUndefined();
    expect(reasonOf(() => read(members(65)))).toBe('CLAIMS_MALFORMED');
    expect(reasonOf(() => read(nested(8)))).toBeUndefined();
    expect(reasonOf(() => read(nested(9)))).toBe('CLAIMS_MALFORMED');
  });

  it('takes a name inside a value for what it is', () => {
    expect(reasonOf(() => read('{"a":"b","c":["a","a"],"b":"__proto__"}'))).toBeUndefined();
  });
});
