import type { Figure } from '@gatehouse/report';
import { GrpcClients } from '../../client/grpc-clients.js';
import { startOwnSystem, type OwnSystem } from '../../system/own-system.js';
import { signInDemo } from '../../system/system-facts.js';
import { runSeed, type SeedResult } from '../credentials/run-seed.js';
import { seedFigures } from '../credentials/seed-figures.js';
import { Faces } from './faces.js';
import { ordeals } from './ordeals.js';

const SEEDS = 20;
/** How long each seed lasts, in milliseconds. */
const LASTS_MS = 12_000;
/** What dies: everything there is two of. */
const VICTIMS = [
  'auth',
  'auth2',
  'users',
  'users2',
  'resources',
  'resources2',
  'gateway',
  'gateway2',
] as const;

/** Histories of people, and of an admin, over two replicas of everything, of which one after the other is killed. */
export async function historiesProof(): Promise<readonly Figure[]> {
  await using own = await startOwnSystem();
  return await seedFigures(SEEDS, (seed) => runHistory(own, seed, LASTS_MS));
}

/** One seed of them. */
export async function runHistory(own: OwnSystem, seed: number, lastsMs: number): Promise<SeedResult> {
  const grpc = new GrpcClients(own.addresses);
  try {
    const faces = new Faces(own, grpc);
    const { accessToken } = await signInDemo(own, 'admin');
    const harm = ordeals({ kind: 'access token', secret: accessToken });
    return await runSeed(own, seed, {
      lastsMs,
      victims: VICTIMS,
      surround: (history, random) => ({
        show: (actor, credential) => faces.show(history, random, { actor, credential }),
        ordeals: harm,
      }),
    });
  } finally {
    grpc.close();
  }
}
