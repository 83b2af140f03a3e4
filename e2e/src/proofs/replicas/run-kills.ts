import { setTimeout as delay } from 'node:timers/promises';
import type { LoadResult, MixedLoadOptions, Pace } from '../load/mixed-load.js';
import { SpawnedLoad } from '../load/spawned-load.js';
import { SeededRandom } from '../random.js';
import { killInTurn, type Kill, type Victims } from './kills.js';

/** What is run. */
export interface KillRun extends Pace {
  /** From one kill to the next, in milliseconds. */
  readonly killEveryMs: number;
}

/** A load, and what was killed under it. */
export interface KillResult {
  readonly load: LoadResult;
  readonly kills: readonly Kill[];
}

/** How long before the load ends the last replica is ready again, at least: what it broke is to be seen. */
const AFTERMATH_MS = 1_000;

/** Loads replicas and kills them in turn, as long as the load lasts. */
export async function runKills(
  victims: Victims,
  options: MixedLoadOptions,
  { killEveryMs, ...pace }: KillRun,
): Promise<KillResult> {
  await using load = await SpawnedLoad.start(options);
  const end = new AbortController();
  load.begin(pace);
  void delay(pace.forMs - killEveryMs / 2, undefined, { signal: end.signal })
    .catch(() => undefined)
    .then(() => end.abort());
  const killing = killInTurn(victims, new SeededRandom(options.seed), killEveryMs, end.signal);
  killing.catch(() => load.end()); // thrown below
  try {
    const kills = await killing;
    await delay(AFTERMATH_MS);
    return { load: await load.result, kills };
  } finally {
    end.abort();
  }
}
