import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Random } from '../spec/random.js';
import { Deadlines, Timed } from './deadlines.js';

class Call extends Timed {
  expiredAt: number | undefined;

  constructor(readonly deadline: number) {
    super();
  }

  expire(): void {
    this.expiredAt = performance.now();
  }
}

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

describe('calls with deadlines', () => {
  it('end at theirs, in any order, and not when they have ended before', () => {
    const random = new Random(11);
    for (let round = 0; round < 50; round++) {
      const deadlines = new Deadlines();
      const calls: Call[] = [];
      const ended = new Set<Call>();
      for (let step = 0; step < 200; step++) {
        if (random.chance(60)) {
          const call = new Call(random.chance(5) ? Infinity : performance.now() + random.below(2_000));
          calls.push(call);
          deadlines.add(call);
        } else if (calls.length > 0) {
          const call = random.pick(calls);
          if (call.expiredAt === undefined) ended.add(call);
          deadlines.remove(call);
        }
        jest.advanceTimersByTime(random.below(40));
      }
      jest.advanceTimersByTime(3_000);
      for (const call of calls) {
        const expected = ended.has(call) || call.deadline === Infinity ? undefined : call.deadline;
        expect(call.expiredAt).toBe(expected);
      }
    }
  });

  it.each(['forward', 'back'])('end at theirs when the time of day is set %s', (way) => {
    const deadlines = new Deadlines();
    const calls = [10_000, 20_000].map((at) => new Call(at));
    for (const call of calls) deadlines.add(call);
    jest.advanceTimersByTime(5_000);
    jest.setSystemTime(Date.now() + (way === 'forward' ? 3_600_000 : -3_600_000));
    jest.advanceTimersByTime(20_000);
    expect(calls.map(({ expiredAt }) => expiredAt)).toEqual([10_000, 20_000]);
  });

  it('share one timer', () => {
    const deadlines = new Deadlines();
    for (let at = 1_000; at < 1_100; at++) deadlines.add(new Call(at));
    expect(jest.getTimerCount()).toBe(1);
  });

  it('may end in a year', () => {
    const deadlines = new Deadlines();
    const call = new Call(365 * 86_400_000);
    deadlines.add(call);
    jest.advanceTimersByTime(364 * 86_400_000);
    expect(call.expiredAt).toBeUndefined();
    jest.advanceTimersByTime(86_400_000);
    expect(call.expiredAt).toBe(call.deadline);
  });

  it('may be begun when others end', () => {
    const deadlines = new Deadlines();
    const second = new Call(20);
    const first = new Call(10);
    first.expire = () => deadlines.add(second);
    deadlines.add(first);
    jest.advanceTimersByTime(30);
    expect(second.expiredAt).toBe(20);
  });
});
