import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';

describe('backoffMs', () => {
  it.each([
    [0, 50, 100],
    [1, 100, 200],
    [3, 400, 800],
    [4, 500, 1_000],
    [1_000, 500, 1_000],
  ])('after %i failures lies from %i to %i ms, by chance', (failures, least, most) => {
    expect(backoffMs(failures, 0)).toBe(least);
    expect(backoffMs(failures, 0.5)).toBe((least + most) / 2);
    expect(backoffMs(failures, 1 - Number.EPSILON)).toBeLessThanOrEqual(most);
  });
});
