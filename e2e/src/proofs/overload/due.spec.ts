import { describe, expect, it } from '@jest/globals';
import { dueAfter } from './due.js';

describe('the requests that are due', () => {
  it.each([
    [0, 1],
    [9.9, 1],
    [10, 2],
    [995, 100],
  ])('%i ms after the beginning of 100 a second are %i', (elapsedMs, due) => {
    expect(dueAfter(elapsedMs, 100)).toBe(due);
  });
});
