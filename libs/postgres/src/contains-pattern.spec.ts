import { describe, expect, it } from '@jest/globals';
import { containsPattern } from './contains-pattern.js';

describe('containsPattern', () => {
  it.each([
    ['plain text', 'ann', '%ann%'],
    ['percent signs', '100%', '%100\\%%'],
    ['underscores', 'a_b', '%a\\_b%'],
    ['backslashes, so that they escape nothing', '\\%', '%\\\\\\%%'],
  ])('takes %s literally', (_case, text, pattern) => {
    expect(containsPattern(text)).toBe(pattern);
  });
});
