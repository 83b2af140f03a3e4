import { describe, expect, it } from '@jest/globals';
import { quantile } from '@gatehouse/report';
import { simulateFeed, type FeedScenario } from './simulate-feed.js';

const SCENARIO: FeedScenario = {
  verifiers: 100,
  replicas: 1,
  revocationsPerSecond: 1,
  pingMs: 0,
  deliveryMs: 1,
  latencyMs: 5,
  forMs: 100_000,
};

/** The same numbers in every run, with no pattern that matters here. */
function numbers(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const simulated = (changes: Partial<FeedScenario> = {}) =>
  simulateFeed({ ...SCENARIO, ...changes }, numbers());

describe('the simulated feed', () => {
  it('tells all verifiers once the last message is written, after what passes besides', () => {
    const { delaysMs } = simulated({ revocationsPerSecond: 0.01 });
    expect(new Set(delaysMs.map((ms) => ms.toFixed(5)))).toEqual(new Set(['105.00000']));
  });

  it('is busy with pings and deliveries, and with nothing else', () => {
    expect(simulated({ revocationsPerSecond: 1e-9, pingMs: 2 }).busy).toBeCloseTo(0.2, 1);
    expect(simulated({ revocationsPerSecond: 2 }).busy).toBeCloseTo(0.2, 1);
  });

  it('spreads the work over the replicas', () => {
    const one = simulated({ revocationsPerSecond: 4 });
    const four = simulated({ revocationsPerSecond: 4, replicas: 4 });
    expect(four.busy).toBeCloseTo(one.busy / 4, 1);
    expect(quantile(four.delaysMs, 0.99)).toBeLessThan(quantile(one.delaysMs, 0.99) / 2);
  });

  it('puts what was revoked meanwhile into one message: too many revocations make no endless queue', () => {
    const { delaysMs, busy } = simulated({ revocationsPerSecond: 1_000, forMs: 5_000 });
    expect(busy).toBeGreaterThan(0.99);
    // At worst it waits for a fan-out that has just begun, and is the last of the next.
    expect(quantile(delaysMs, 1)).toBeLessThan(5 + 2 * 100 + 1);
  });

  it('has no end with more pings than a replica can answer', () => {
    const { busy, delaysMs } = simulated({ verifiers: 300, pingMs: 4 });
    expect(busy).toBeGreaterThan(0.99);
    expect(quantile(delaysMs, 1)).toBeGreaterThan(5_000);
  });
});
