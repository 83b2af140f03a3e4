import { describe, expect, it } from '@jest/globals';
import { isCanonicalBase64url, splitCompactText } from './compact-text.js';
import { reasonOf } from './spec-reason.js';

describe('splitCompactText', () => {
  it('gives the three segments and the signed text', () => {
    expect(splitCompactText('AAAA.BBBB.CCCC')).toEqual({
      header: 'AAAA',
      payload: 'BBBB',
      signature: 'CCCC',
      signed: 'AAAA.BBBB',
    });
  });

  it('looks at 8,192 characters and at none beyond', () => {
    const longest = `AAAA.${'B'.repeat(8_192 - 10)}.CCCC`;
    expect(longest).toHaveLength(8_192);
    expect(reasonOf(() => splitCompactText(longest))).not.toBe('TEXT_TOO_LONG');
    expect(reasonOf(() => splitCompactText(`${longest}C`))).toBe('TEXT_TOO_LONG');
  });

  it.each([
    ['nothing', ''],
    ['two segments', 'AAAA.BBBB'],
    ['four segments', 'AAAA.BBBB.CCCC.DDDD'],
    ['an empty header', '.BBBB.CCCC'],
    ['an empty payload', 'AAAA..CCCC'],
    ['an empty signature', 'AAAA.BBBB.'],
    ['padding', 'AAAA.BB==.CCCC'],
    ['the other base64 alphabet', 'AA+A.BB/B.CCCC'],
    ['white space inside', 'AAAA.BB BB.CCCC'],
    ['a line feed at the end', 'AAAA.BBBB.CCCC\n'],
    ['a character outside ASCII', 'AAAA.BBBB.CCC\u0421'],
    ['spare bits in the header', 'AB.BBBB.CCCC'],
    ['spare bits in the payload', 'AAAA.BBB.CCCC'],
    ['spare bits in the signature', 'AAAA.BBBB.CR'],
    ['a length that is no whole number of bytes', 'AAAA.BBBB.CCCCA'],
  ])('refuses %s', (_what, text) => {
    expect(reasonOf(() => splitCompactText(text))).toBe('TEXT_MALFORMED');
  });

  it('refuses what is not a string', () => {
    const text = ['AAAA.BBBB.CCCC'] as unknown as string;
    expect(reasonOf(() => splitCompactText(text))).toBe('TEXT_MALFORMED');
  });
});

describe('isCanonicalBase64url', () => {
  it('agrees with encoding anew, for every ending', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const last of alphabet) {
      for (const text of [`AAA${last}`, `AAAA${last}`, `A${last}`, `AA${last}`]) {
        const canonical = Buffer.from(text, 'base64url').toString('base64url') === text;
        expect([text, isCanonicalBase64url(text)]).toEqual([text, canonical]);
      }
    }
  });
});
