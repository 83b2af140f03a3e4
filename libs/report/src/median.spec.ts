import { describe, expect, it } from '@jest/globals';
import { median } from './median.js';

describe('the median', () => {
  it('is the middle number, in whatever order they come', () => {
    expect(median([9, 1, 10])).toBe(9);
  });

  it('is between the middle two of an even count', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it('is no number of nothing', () => {
    expect(median([])).toBeNaN();
  });
});
