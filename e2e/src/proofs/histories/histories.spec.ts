import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { runCredentials } from '../credentials/credentials-proof.js';
import { runHistory } from './histories-proof.js';

/** Long enough for a kill or two and a hundred calls. */
const LASTS_MS = 6_000;

let own: OwnSystem;
beforeAll(async () => {
  own = await startOwnSystem();
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
});

describe.each([
  { who: 'people whose replicas die', run: runCredentials, seeds: [101, 102, 103] },
  { who: 'people whom an admin ends while everything dies', run: runHistory, seeds: [201, 202, 203] },
])('$who', ({ run, seeds }) => {
  it.each(seeds)('are let in and kept out as they should be, seed %i', async (seed) => {
    const { faults, forkedFamilies, acknowledged, kills } = await run(own, seed, LASTS_MS);
    expect(faults).toEqual({ unrecorded: [], usedTwice: [], outlived: [], refused: [] });
    expect(forkedFamilies).toBe(0);
    expect(acknowledged).toBeGreaterThan(20);
    expect(kills).toBeGreaterThan(0);
  });
});
