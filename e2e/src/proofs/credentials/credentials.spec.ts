import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { runCredentials } from './credentials-proof.js';

/** Long enough for a few kills and a few hundred calls. */
const LASTS_MS = 8_000;

let own: OwnSystem;
beforeAll(async () => {
  own = await startOwnSystem();
});
afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
});

describe('people whose replicas die', () => {
  it.each([101, 102, 103])('keep what they were promised, seed %i', async (seed) => {
    const { faults, forkedFamilies, acknowledged, kills } = await runCredentials(own, seed, LASTS_MS);
    expect(faults).toEqual({ unrecorded: [], usedTwice: [], outlived: [], refused: [] });
    expect(forkedFamilies).toBe(0);
    expect(acknowledged).toBeGreaterThan(50);
    expect(kills).toBeGreaterThan(0);
  });
});
