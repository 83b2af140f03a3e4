import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { lateness, latencies, mostOutstanding, openLoad, windows, type Sent } from './open-load.js';

const at = (atMs: number, startMs: number, endMs: number): Sent<string> => ({
  atMs,
  startMs,
  endMs,
  outcome: 'OK',
});

describe('an open load', () => {
  it('sends every request that is due, in order', async () => {
    const sent = await openLoad({ perSecond: 500, forMs: 200, send: async (index) => index });
    expect(sent.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    const [first, second] = sent;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeCloseTo(2, 5);
    for (const { atMs, startMs } of sent) expect(startMs).toBeGreaterThanOrEqual(atMs - 2);
  });

  it('goes on while nothing is answered, and counts the wait of every request', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    let asked = 0;
    const send = async () => {
      if (++asked === 50) answer();
      await answered;
    };
    const sent = await openLoad({ perSecond: 500, forMs: 100, send });
    expect(mostOutstanding(sent)).toBe(50);
    expect(Math.max(...latencies(sent))).toBeGreaterThanOrEqual(90);
  });

  it('holds back what is beyond the bound, and counts that too', async () => {
    const send = () => delay(20);
    const sent = await openLoad({ perSecond: 1_000, forMs: 20, send, maxOutstanding: 2 });
    expect(sent).toHaveLength(20);
    expect(mostOutstanding(sent)).toBe(2);
    expect(Math.max(...lateness(sent))).toBeGreaterThanOrEqual(100);
    expect(Math.max(...latencies(sent))).toBeGreaterThan(Math.max(...lateness(sent)));
  });

  it('ends before its time when told, with what was sent', async () => {
    const end = new AbortController();
    const heard: number[] = [];
    const sent = await openLoad({
      perSecond: 100,
      forMs: 60_000,
      signal: end.signal,
      send: async (index) => index,
      onSent: ({ outcome }) => {
        heard.push(outcome);
        if (outcome === 4) end.abort();
      },
    });
    expect(heard).toEqual([0, 1, 2, 3, 4]);
    expect(sent).toHaveLength(5);
  });

  it('throws what is no outcome', async () => {
    const send = () => Promise.reject(new Error('a fault of the proof'));
    await expect(openLoad({ perSecond: 100, forMs: 50, send })).rejects.toThrow('a fault of the proof');
  });
});

describe('windows', () => {
  it('are by when a request was due, and may be empty', () => {
    const early = at(1_000, 1_000, 9_000);
    const late = at(1_250, 1_260, 1_270);
    expect(windows([early, late], 100)).toEqual([
      { fromMs: 0, sent: [early] },
      { fromMs: 100, sent: [] },
      { fromMs: 200, sent: [late] },
    ]);
    expect(windows([], 100)).toEqual([]);
  });
});
