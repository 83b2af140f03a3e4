import { frozenClock } from '@gatehouse/testing';
import { describe, expect, it } from '@jest/globals';
import { LookedUp } from './looked-up.js';

describe('a value that is looked up', () => {
  it('is looked up once in 15 seconds, however many read it', async () => {
    const clock = frozenClock();
    let looks = 0;
    const value = new LookedUp(async () => ++looks, clock.now);
    expect(await Promise.all([value.read(), value.read(), value.read()])).toEqual([1, 1, 1]);
    clock.advance(14_999);
    expect(await value.read()).toBe(1);
    clock.advance(1);
    expect(await value.read()).toBe(2);
  });

  it('is not there when it cannot be had, nor the one before, and is not asked for at every read', async () => {
    const clock = frozenClock();
    let looks = 0;
    const value = new LookedUp(async () => {
      looks++;
      if (looks === 2) throw new Error('away');
      return looks;
    }, clock.now);
    expect(await value.read()).toBe(1);
    clock.advance(15_000);
    expect(await value.read()).toBeUndefined();
    expect(await value.read()).toBeUndefined();
    expect(looks).toBe(2);
    clock.advance(15_000);
    expect(await value.read()).toBe(3);
  });

  it('keeps nobody waiting for an answer that does not come', async () => {
    const value = new LookedUp(() => new Promise<number>(() => undefined));
    expect(await value.read()).toBeUndefined();
  });
});
