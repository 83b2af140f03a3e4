import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { API_KEY_LENGTH, formatApiKey, parseApiKey, type ApiKeyText } from './api-key-text.js';
import { encodeBase62 } from './base62.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What a secret scanner would look for. */
const SCANNER = /\bgh_(?:live|test)_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}\b/;

const some = (): ApiKeyText => ({ environment: 'live', id: randomUUID(), secret: randomBytes(32) });

describe('the text of an API key', () => {
  it('says what it was made of, in one form and length', () => {
    for (let round = 0; round < 500; round++) {
      const key: ApiKeyText = { ...some(), environment: round % 2 ? 'live' : 'test' };
      const text = formatApiKey(key);
      expect(text).toHaveLength(API_KEY_LENGTH);
      expect(`curl -H 'x-api-key: ${text}'`).toMatch(SCANNER);
      expect(parseApiKey(text)).toEqual(key);
    }
  });

  it.each([
    [0x00, 'gh_test_0000000000000000000000_00000000000000000000000000000000000000000000ZkBEY'],
    [0xff, 'gh_test_7n42DGM5Tflk9n8mt7Fhc7_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp134w3Lp'],
  ])('is what another implementation computes, of nothing but the byte %i', (byte, expected) => {
    const hex = Buffer.alloc(16, byte).toString('hex');
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const key: ApiKeyText = { environment: 'test', id, secret: Buffer.alloc(32, byte) };
    expect(formatApiKey(key)).toBe(expected);
    expect(parseApiKey(expected)).toEqual(key);
  });

  it('is refused when one character is another one, missing or doubled, wherever', () => {
    const text = formatApiKey(some());
    for (let at = 0; at < text.length; at++) {
      const [before, after] = [text.slice(0, at), text.slice(at + 1)];
      for (const other of `${ALPHABET}_- é`) {
        if (other !== text[at]) expect(parseApiKey(before + other + after)).toBeUndefined();
      }
      expect(parseApiKey(before + after)).toBeUndefined();
      expect(parseApiKey(before + text[at]! + text[at]! + after)).toBeUndefined();
    }
  });

  it('is refused when two neighbours have changed places', () => {
    const text = formatApiKey(some());
    for (let at = 1; at < text.length; at++) {
      const swapped = text.slice(0, at - 1) + text[at]! + text[at - 1]! + text.slice(at + 1);
      if (swapped !== text) expect(parseApiKey(swapped)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', () => ''],
    ['spaces around', (text: string) => ` ${text} `],
    ['a line after it', (text: string) => `${text}\n`],
    ['another case', (text: string) => text.toUpperCase()],
    ['a JWT', () => 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl'],
    ['a megabyte', (text: string) => text.repeat(12_500)],
  ])('is no %s', (_, change) => {
    expect(parseApiKey(change(formatApiKey(some())))).toBeUndefined();
  });

  it('has no second spelling, with a right checksum either', () => {
    // 62^22 is more than 2^128: the largest digits stand for no ID, and for no secret.
    const text = formatApiKey(some());
    for (const body of [
      `${text.slice(0, 8)}${'z'.repeat(22)}${text.slice(30, 74)}`,
      `${text.slice(0, 31)}${'z'.repeat(43)}`,
    ]) {
      expect(body).toHaveLength(74);
      expect(parseApiKey(withChecksum(body))).toBeUndefined();
    }
    expect(parseApiKey(withChecksum(text.slice(0, 74)))).toBeDefined();
  });

  it('is not made of anything else', () => {
    for (const id of ['', 'not a UUID', randomUUID().toUpperCase(), randomUUID().replaceAll('-', '')]) {
      expect(() => formatApiKey({ ...some(), id })).toThrow(RangeError);
    }
    expect(() => formatApiKey({ ...some(), secret: randomBytes(31) })).toThrow(RangeError);
  });
});

/** CRC-32, bit by bit: the polynomial of ITU-T V.42 reversed. */
function withChecksum(body: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(body)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(~crc >>> 0);
  return body + encodeBase62(checksum);
}
