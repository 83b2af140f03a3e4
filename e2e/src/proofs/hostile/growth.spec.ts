import { describe, expect, it } from '@jest/globals';
import type { Latency } from '../overload/load-messages.js';
import { growthPercent, typicalP99 } from './growth.js';

const windows = (...p99s: readonly number[]): Latency[] =>
  p99s.map((p99Ms) => ({ count: 500, p50Ms: 1, p99Ms }));

describe('the typical p99', () => {
  it('is not moved by a stall', () => {
    expect(typicalP99(windows(10, 11, 900))).toBe(11);
  });
});

describe('the growth', () => {
  it('is that of what is typical', () => {
    expect(growthPercent(windows(10, 10, 400), windows(12, 12, 12))).toBeCloseTo(20);
    expect(growthPercent(windows(10), windows(9))).toBeCloseTo(-10);
  });

  it('is none of nothing, which meets no goal', () => {
    expect(growthPercent([], windows(10))).toBeNaN();
  });
});
