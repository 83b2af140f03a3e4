import { describe, expect, it } from '@jest/globals';
import { quantile } from './quantile.js';

describe('a quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('of %d of the numbers from 1 to 100 is %d', (share, value) => {
    expect(quantile(hundred, share)).toBe(value);
  });

  it('of one number is that one', () => {
    expect(quantile([7], 0.99)).toBe(7);
  });

  it('is no number of nothing', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});
