import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@gatehouse/testing';
import { EventLoopWatch } from './event-loop-watch.js';
import { LoadGate } from './load-gate.js';
import { Place } from './place.js';

const COMMON = false;
const ESSENTIAL = true;
const limits = { maxInFlight: 10, maxLoopBehindMs: 100 };
const loop = { isBehind: false, close: () => {} };
const told: unknown[] = [];
const log = { warn: (line: unknown) => void told.push(line) };

const gates: LoadGate[] = [];
function openGate(watch?: EventLoopWatch): LoadGate {
  const gate = new LoadGate(limits, log, watch ?? loop);
  gates.push(gate);
  return gate;
}

function enter(gate: LoadGate, times: number, isEssential: boolean): Place[] {
  return Array.from({ length: times }, () => new Place(gate, isEssential));
}

afterEach(() => {
  loop.isBehind = false;
  for (const gate of gates.splice(0)) gate.close();
  told.splice(0);
});

describe('places', () => {
  it('are kept for essential requests when all others are taken', () => {
    const gate = openGate();
    const [first] = enter(gate, 8, COMMON);
    expect(gate.refusal(COMMON)).toBe('in_flight');
    enter(gate, 2, ESSENTIAL);
    expect(gate.refusal(ESSENTIAL)).toBe('in_flight');
    first?.leave();
    expect(gate.refusal(ESSENTIAL)).toBeUndefined();
    expect(gate.refusal(COMMON)).toBe('in_flight');
  });

  it('are kept from essential requests for all others', () => {
    const gate = openGate();
    enter(gate, 5, ESSENTIAL);
    expect(gate.refusal(ESSENTIAL)).toBe('in_flight');
    expect(gate.refusal(COMMON)).toBeUndefined();
  });

  it('are given back once', () => {
    const gate = openGate();
    const [place] = enter(gate, 1, COMMON);
    place?.leave();
    place?.leave();
    place?.arrived();
    expect(gate.inFlight).toBe(0);
  });

  it('are not held for requests whose callers take their time', async () => {
    const gate = openGate();
    const [slow, swift] = enter(gate, 2, COMMON);
    slow?.holdIf(() => false);
    swift?.holdIf(() => true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(gate.inFlight).toBe(1);
    slow?.arrived();
    expect(gate.inFlight).toBe(2);
    slow?.leave();
    expect(gate.inFlight).toBe(1);
  });
});

describe('an event loop that is behind', () => {
  it('lets essential requests alone pass', () => {
    const gate = openGate();
    loop.isBehind = true;
    expect(gate.refusal(COMMON)).toBeUndefined(); // nothing is in work: it is not behind for the load
    enter(gate, 1, COMMON);
    expect([gate.refusal(COMMON), gate.refusal(ESSENTIAL)]).toEqual(['event_loop', undefined]);
    loop.isBehind = false;
    expect(gate.refusal(COMMON)).toBeUndefined();
  });

  it('is noticed, and forgotten as soon as it has caught up', async () => {
    const watch = new EventLoopWatch(limits.maxLoopBehindMs);
    const gate = openGate(watch);
    enter(gate, 1, COMMON);
    await delay(40);
    const until = performance.now() + 300;
    while (performance.now() < until);
    // Timers come in the order in which they are due.
    await delay(1);
    expect(gate.refusal(COMMON)).toBe('event_loop');
    await eventually(() => expect(gate.refusal(COMMON)).toBeUndefined());
  });
});

it('what is refused is told in one line', () => {
  const gate = openGate();
  for (let count = 0; count < 1_000; count++) gate.countShed('in_flight');
  gate.close();
  expect(told).toEqual([{ shed: 1_000, in_flight: 0 }]);
});
