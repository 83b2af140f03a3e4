import { describe, expect, it } from '@jest/globals';
import { allMet } from '@gatehouse/report';
import { faultsOf, figuresOf, readLoadLog, type Phase } from './phase-figures.js';
import type { Second } from './second.js';

const second = (at: number, kind: Second['kind'], more: Partial<Second> = {}): Second => ({
  ...{ at, kind, succeeded: 10, repeated: 0, failed: 0, slowestMs: 20, faults: [] },
  ...more,
});
const phase = (name: string, from: number, to: number, isGraceful = true): Phase => ({
  name,
  isGraceful,
  startMs: from * 1_000,
  endMs: to * 1_000,
});
const last = { acknowledgedWrites: 3, lostWrites: 0 };
const logOf = (...seconds: Second[]) => ({ seconds, last });

describe('the figures of a run', () => {
  it('count the seconds that began within a phase', () => {
    const log = logOf(second(9, 'read'), second(10, 'read'), second(11, 'write'), second(12, 'read'));
    const figures = new Map(figuresOf([phase('one', 10, 12)], log).map(({ name, value }) => [name, value]));
    expect(figures.get('one: reads')).toBe(10);
    expect(figures.get('one: writes and sign-ins')).toBe(10);
    expect(figures.get('requests')).toBe(40);
  });

  it.each<[string, Partial<Second>, Second['kind'], boolean, boolean]>([
    ['nothing failed', {}, 'read', true, true],
    ['a read failed', { failed: 1 }, 'read', false, false],
    ['a read was repeated while replicas ended in their own time', { repeated: 1 }, 'read', true, false],
    ['a read was repeated while replicas were killed', { repeated: 1 }, 'read', false, true],
    ['a write failed while replicas ended in their own time', { failed: 1 }, 'write', true, false],
    ['a sign-in failed while replicas were killed', { failed: 1 }, 'sign-in', false, true],
  ])('say when %s', (_case, more, kind, isGraceful, met) => {
    const log = logOf(second(1, kind, more));
    expect(allMet(figuresOf([phase('one', 1, 2, isGraceful)], log))).toBe(met);
  });

  it('say when a write was lost that was acknowledged', () => {
    expect(allMet(figuresOf([], { seconds: [], last: { ...last, lostWrites: 1 } }))).toBe(false);
  });

  it('come with what was met in place of a success', () => {
    const log = logOf(second(1, 'read', { faults: ['503', '503'] }), second(5, 'write', { faults: ['504'] }));
    expect([...faultsOf([phase('one', 1, 2)], log)]).toEqual([
      ['one: read: 503', 2],
      ['between: write: 504', 1],
    ]);
  });
});

describe('readLoadLog', () => {
  it('reads what the load said to its end', () => {
    const lines = [second(1, 'read'), last].map((line) => JSON.stringify(line));
    expect(readLoadLog(`${lines.join('\n')}\n`)).toEqual({ seconds: [second(1, 'read')], last });
  });

  it('refuses a load that broke off', () => {
    expect(() => readLoadLog(`${JSON.stringify(second(1, 'read'))}\n`)).toThrow();
  });
});
