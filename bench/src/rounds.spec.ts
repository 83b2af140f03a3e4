import { describe, expect, it } from '@jest/globals';
import { interleave } from './rounds.js';

describe('interleaved rounds', () => {
  it('take turns, every second time backwards, and leave the warm-up out', async () => {
    const order: string[] = [];
    const contestant = (name: string) => ({
      name,
      round: async () => ({ rate: order.push(name), cpuUs: 1 }),
    });
    const measured = await interleave([contestant('a'), contestant('b')], 3, 1);
    expect(order.join('')).toBe('baabbaab');
    expect(measured.get('a')?.map(({ rate }) => rate)).toEqual([3, 6, 7]);
    expect(measured.get('b')?.map(({ rate }) => rate)).toEqual([4, 5, 8]);
  });
});
