import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { atMost, below, median, told, type Figure } from '@gatehouse/report';
import type { Outcome } from '../outcome.js';
import { startOnce, type Started } from './start-once.js';

const WARM_STARTS = 3;

const FRESH_GOAL_S = 20;
const WARM_GOAL_S = 10;
const IDLE_GOAL_MB = 150;

/**
 * Times `npm start` on a built checkout, from the command to the first person who signs in: with nothing there yet, and
 * with the data of an earlier start. Then looks at what each service holds while nobody calls.
 */
export async function startBench(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-start-'));
  try {
    const fresh = await startOnce(folder);
    const warm: Started[] = [];
    for (let start = 0; start < WARM_STARTS; start++) warm.push(await startOnce(folder));
    return {
      figures: [
        atMost(FRESH_GOAL_S, 'to the first sign-in, fresh', tenths(fresh.signInSeconds), 's'),
        atMost(
          WARM_GOAL_S,
          'to the first sign-in, warm',
          tenths(median(warm.map(({ signInSeconds }) => signInSeconds))),
          's',
        ),
        told('to two replicas of each, fresh', tenths(fresh.wholeSeconds), 's'),
        told(
          'to two replicas of each, warm',
          tenths(median(warm.map(({ wholeSeconds }) => wholeSeconds))),
          's',
        ),
        ...idleFigures(warm),
      ],
    };
  } finally {
    await removeEmbeddedPostgres(join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  }
}

function idleFigures(starts: readonly Started[]): Figure[] {
  const services = [...(starts[0]?.idleMb.keys() ?? [])].toSorted();
  const all = starts.map(({ idleMb }) =>
    services.reduce((sum, service) => sum + (idleMb.get(service) ?? NaN), 0),
  );
  return [
    ...services.map((service) => {
      const mb = median(starts.map(({ idleMb }) => idleMb.get(service) ?? NaN));
      return below(IDLE_GOAL_MB, `RSS while nobody calls, ${service}`, Math.round(mb), 'MB');
    }),
    told('one replica of each', Math.round(median(all)), 'MB'),
  ];
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
