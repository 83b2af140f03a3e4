import { setTimeout as delay } from 'node:timers/promises';
import type { ShownCredential } from '../../client/rest-client.js';
import type { ReplicatedService, Stage } from '../../stage/stage.js';
import { machineMs } from '../clock.js';
import type { LoadResult, MixedLoadOptions } from '../load/mixed-load.js';
import { signUp } from '../load/sign-up.js';
import { SpawnedLoad } from '../load/spawned-load.js';

/** How the proof runs. */
export interface RollingRun {
  readonly perSecond: number;
  /** How many calls go through, at least. */
  readonly calls: number;
  readonly people: number;
  /** The services whose replicas are replaced, in order. */
  readonly services: readonly ReplicatedService[];
}

/** One replica that was replaced, in milliseconds. */
export interface Replacement {
  readonly replica: string;
  /** When it was told to end, by the machine's monotonic clock. */
  readonly atMs: number;
  /** From SIGTERM until it had ended. */
  readonly drainMs: number;
  /** From then until its successor was ready. */
  readonly startMs: number;
}

export interface RollingResult {
  readonly load: LoadResult;
  readonly replacements: readonly Replacement[];
  /** How often everything was replaced. */
  readonly rounds: number;
}

/** Callees before callers, as a new version is rolled out. */
export const ALL_SERVICES: readonly ReplicatedService[] = ['auth', 'users', 'resources', 'gateway'];

const KINDS: readonly ShownCredential['kind'][] = ['access token', 'session', 'access token', 'api key'];

/**
 * From a replica's being ready until the next one is told to end, in milliseconds: whoever lost a connection to it
 * tries again within two seconds. A platform knows this as the least time of being ready (minReadySeconds).
 */
const SETTLE_MS = 3_000;

/** Long enough for any number of calls; the load is ended when there were enough. */
const AT_MOST_MS = 60 * 60_000;

/** Replaces every replica, one after the other and round after round, until enough calls went through. */
export async function runRolling(
  stage: Stage,
  { perSecond, calls, people, services }: RollingRun,
): Promise<RollingResult> {
  const { addresses } = stage.facts;
  const options: MixedLoadOptions = {
    gateways: addresses.gateways,
    grpc: addresses,
    accounts: await signUp(stage.facts, people, KINDS),
    renewAfterMs: 60_000,
    sticky: false,
    seed: 7,
  };
  await using load = await SpawnedLoad.start(options);
  load.begin({ perSecond, forMs: AT_MOST_MS });
  const replacements: Replacement[] = [];
  let rounds = 0;
  while (rounds === 0 || load.count < calls) {
    for (const replica of services.flatMap((service) => stage.replicasOf(service))) {
      replacements.push(await replace(stage, replica));
      await delay(SETTLE_MS);
    }
    rounds++;
  }
  load.end();
  return { load: await load.result, replacements, rounds };
}

async function replace(stage: Stage, replica: string): Promise<Replacement> {
  const toldMs = machineMs();
  await stage.stop(replica);
  const endedMs = machineMs();
  await stage.start(replica);
  return { replica, atMs: toldMs, drainMs: endedMs - toldMs, startMs: machineMs() - endedMs };
}
