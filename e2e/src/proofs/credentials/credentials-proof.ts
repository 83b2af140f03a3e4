import type { Figure } from '@gatehouse/report';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { runSeed, type SeedResult } from './run-seed.js';
import { seedFigures } from './seed-figures.js';

const SEEDS = 20;
/** How long each seed lasts, in milliseconds. */
const LASTS_MS = 12_000;
/** What dies: every replica that makes, exchanges or checks credentials. */
const VICTIMS = ['auth', 'auth2', 'gateway', 'gateway2'] as const;

/** Histories of people over two replicas of auth and gateway, of which one after the other is killed. */
export async function credentialsProof(): Promise<readonly Figure[]> {
  await using own = await startOwnSystem();
  return await seedFigures(SEEDS, (seed) => runCredentials(own, seed, LASTS_MS));
}

/** One seed of them. */
export function runCredentials(own: OwnSystem, seed: number, lastsMs: number): Promise<SeedResult> {
  return runSeed(own, seed, { lastsMs, victims: VICTIMS });
}
