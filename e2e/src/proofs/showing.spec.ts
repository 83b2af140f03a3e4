import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../client/outcome.js';
import { isAdmitted } from './places.js';
import { countOf, lastMs, Showing } from './showing.js';

const OK: Outcome = { code: 'OK', reason: '' };
const REFUSED: Outcome = { code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' };

describe('showing access tokens', () => {
  it('goes on everywhere until it is told to end, and waits for what is asked for', async () => {
    let outcome = OK;
    const asked: string[] = [];
    const place = (name: string) => ({
      name,
      show: async (accessToken: string) => {
        asked.push(`${name} ${accessToken}`);
        return outcome;
      },
    });
    const showing = new Showing([place('one'), place('two')], () => 'good', 1);
    await showing.everywhere(true, 5_000);
    outcome = REFUSED;
    await showing.everywhere(false, 5_000);
    await expect(showing.everywhere(true, 50)).rejects.toThrow('one, two');
    await showing[Symbol.asyncDispose]();
    expect(new Set(asked)).toEqual(new Set(['one good', 'two good']));
    expect(showing.shown).toHaveLength(asked.length);
  });

  it('throws what was no answer where it ends', async () => {
    const fail = () => Promise.reject(new Error('broken'));
    const showing = new Showing([{ name: 'one', show: fail }], () => '', 1);
    await expect(showing[Symbol.asyncDispose]()).rejects.toThrow('broken');
  });

  it('is counted, and timed from a moment to the beginning of the last call', () => {
    const shown = [
      { place: 'one', start: 900, end: 990, outcome: OK },
      { place: 'one', start: 1_250, end: 1_300, outcome: OK },
      { place: 'one', start: 1_500, end: 1_600, outcome: REFUSED },
    ];
    expect(lastMs(shown, 1_000, isAdmitted)).toBe(250);
    expect(lastMs(shown, 1_400, isAdmitted)).toBe(0);
    expect(countOf(shown, isAdmitted)).toBe(2);
  });
});
