import { describe, expect, it } from '@jest/globals';
import { Random } from '../spec/random.js';
import { CallError } from './call-error.js';
import { entriesByName } from './entries.js';
import { measureMetadata } from './metadata.js';
import { decodeStatusMessage, encodeStatusMessage } from './status-message.js';
import { readStatus, Status } from './status.js';
import { formatTimeout, readTimeout } from './timeout.js';

describe('a timeout', () => {
  it.each([
    [0, '0m'],
    [0.2, '1m'],
    [1_500, '1500m'],
    [99_999_999, '99999999m'],
    [100_000_000, '100000S'],
    [2 ** 53, '99999999S'],
  ])('of %d ms is %s', (ms, text) => expect(formatTimeout(ms)).toBe(text));

  it.each([
    ['1n', 1e-6],
    ['20u', 0.02],
    ['300m', 300],
    ['4S', 4_000],
    ['5M', 300_000],
    ['99999999H', 99_999_999 * 3_600_000],
  ])('%s is %d ms', (text, ms) => expect(readTimeout(text)).toBeCloseTo(ms));

  it.each(['', '1', 'm', '-1m', '1.5S', '123456789m', '1 S', '1s', '1mm'])('is not %j', (text) =>
    expect(readTimeout(text)).toBeUndefined(),
  );
});

describe('a message of a status', () => {
  it.each([
    ['not found: 12', 'not found: 12'],
    ['100 %', '100 %25'],
    ['a\nb', 'a%0Ab'],
    ['für', 'f%C3%BCr'],
    ['☃', '%E2%98%83'],
  ])('%j is %s', (text, encoded) => {
    expect(encodeStatusMessage(text)).toBe(encoded);
    expect(decodeStatusMessage(encoded)).toBe(text);
  });

  it('is read as far as it can be', () => {
    expect(decodeStatusMessage('a%zzb%')).toBe('a%zzb%');
    expect(decodeStatusMessage('%ff')).toBe('\ufffd');
  });

  it('is the same again, whatever it is', () => {
    const random = new Random(4);
    for (let round = 0; round < 500; round++) {
      const text = String.fromCodePoint(...random.list(30, () => random.below(0xd800)));
      const encoded = encodeStatusMessage(text);
      expect(encoded).toMatch(/^[ -~]*$/);
      expect(decodeStatusMessage(encoded)).toBe(text);
    }
  });
});

describe('a status', () => {
  it('is one of those that there are', () => {
    for (const code of Object.values(Status)) expect(readStatus(String(code))).toBe(code);
    for (const text of ['17', '-1', '', '00', 'OK', '1.0']) expect(readStatus(text)).toBe(Status.UNKNOWN);
  });
});

describe('metadata', () => {
  const measure = (metadata: Record<string, string | string[]>) => {
    const size = { list: 0, room: 0 };
    measureMetadata(metadata, size);
    return size.list;
  };

  it('has the size that HTTP/2 counts', () => {
    expect(measure({ 'x-a': 'bc', 'y-bin': ['AA', ''] })).toBe(3 + 2 + 32 + 5 + 2 + 32 + 5 + 32);
  });

  it.each([
    [':path', '/'],
    ['X-A', 'a'],
    ['', 'a'],
    ['x a', 'a'],
    ['te', 'trailers'],
    ['connection', 'close'],
    ['content-type', 'text/html'],
    ['grpc-timeout', '1S'],
    ['grpc-encoding', 'gzip'],
    ['x', 'a\nb'],
    ['x', ' a'],
    ['x', 'a '],
    ['x', 'a\0'],
    ['x', 'ü'],
    ['x', '\u010a'],
  ])('is not %j: %j', (name, value) => {
    expect(() => measure({ [name]: value })).toThrow(CallError);
    expect(() => measure({ [name]: ['a', value] })).toThrow(CallError);
  });

  it('comes by name, in its order', () => {
    expect(entriesByName(['a', '1', 'b', '2', 'a', '3'])).toEqual(
      new Map([
        ['a', ['1', '3']],
        ['b', ['2']],
      ]),
    );
  });
});
