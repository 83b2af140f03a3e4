import type { EventLoopUtilization } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LoadGate } from './load-gate.js';
import { Place } from './place.js';
import { Saturation } from './saturation.js';

const LOOK_MS = 250;
const LEAST = 4;

let active = 0;
let idle = 0;
const usage = (since: EventLoopUtilization = { active: 0, idle: 0, utilization: 0 }) => {
  const passed = { active: active - since.active, idle: idle - since.idle };
  return { ...passed, utilization: passed.active / (passed.active + passed.idle) };
};

let saturation: Saturation;

beforeEach(() => {
  jest.useFakeTimers();
  saturation = new Saturation(LEAST, usage);
});

afterEach(() => {
  saturation.close();
  jest.useRealTimers();
});

/** Lets a quarter of a second pass, of which the loop was busy for a share, and in which so many were answered. */
function pass(times: number, share: number, answered: number): void {
  for (let count = 0; count < times; count++) {
    active += share * LOOK_MS;
    idle += (1 - share) * LOOK_MS;
    for (let done = 0; done < answered; done++) saturation.countAnswered();
    jest.advanceTimersByTime(LOOK_MS);
  }
}

describe('a loop without pauses', () => {
  it('has as many places as it answers requests in a quarter of a second, and some in any case', () => {
    pass(20, 1, 30);
    expect(Math.round(saturation.places)).toBe(30);
    pass(20, 1, 1);
    expect(saturation.places).toBe(LEAST);
  });

  it('bounds nothing for what came at once, and nothing any more when it has pauses', () => {
    pass(4, 1, 10);
    expect(saturation.places).toBe(Infinity);
    pass(4, 1, 10);
    expect(saturation.places).toBeLessThan(11);
    pass(2, 0.5, 10);
    expect(saturation.places).toBe(Infinity);
  });

  it('counts what was answered by the time that has passed', () => {
    for (let count = 0; count < 20; count++) {
      active += LOOK_MS; // the timer comes late
      pass(1, 1, 30);
    }
    expect(Math.round(saturation.places)).toBe(15);
  });
});

it('a loop that waits for others bounds nothing, however few are answered', () => {
  pass(20, 0.6, 0);
  expect(saturation.places).toBe(Infinity);
});

it('what is beyond it is refused, but nothing essential', () => {
  const loop = { isBehind: false, close: () => {} };
  const gate = new LoadGate(
    { maxInFlight: 100, maxLoopBehindMs: 1_000 },
    { warn: () => {} },
    loop,
    saturation,
  );
  const places = Array.from({ length: LEAST }, () => new Place(gate, false));
  expect(gate.refusal(false)).toBeUndefined();
  pass(20, 1, 0);
  expect([gate.refusal(false), gate.refusal(true)]).toEqual(['in_flight', undefined]);
  places[0]?.leave();
  expect(gate.refusal(false)).toBeUndefined();
  gate.close();
});
