import { describe, expect, it } from '@jest/globals';
import { inEpochs, interleave } from './rounds.js';

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

  it('of several epochs are put together in order', async () => {
    let epoch = 0;
    const measured = await inEpochs(3, async () => new Map([['a', [{ rate: ++epoch, cpuUs: 1 }]]]));
    expect(measured.get('a')?.map(({ rate }) => rate)).toEqual([1, 2, 3]);
  });
});
