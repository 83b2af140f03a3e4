import { setTimeout as delay } from 'node:timers/promises';
import { processStage } from '../../stage/processes.js';
import type { OwnSystem } from '../../system/own-system.js';
import { machineMs } from '../clock.js';
import type { LoadResult } from '../load/mixed-load.js';
import { signUp } from '../load/sign-up.js';
import { SpawnedLoad } from '../load/spawned-load.js';
import { DatabaseFaults } from './database-faults.store.js';

/** What was done to the database, from when until when on the machine's monotonic clock. */
export interface Disturbance {
  readonly kind: 'restart' | 'slow' | 'locks' | 'connections';
  readonly fromMs: number;
  /** When it was over: the server accepts connections, goes on, or gives back what was taken. */
  readonly toMs: number;
}

/** A load, and what was done to the database under it. */
export interface DatabaseResult {
  readonly load: LoadResult;
  readonly disturbances: readonly Disturbance[];
  /** Connections that were taken away from the services. */
  readonly connectionsHeld: number;
  /** Processes of the services that were no longer there at the end. */
  readonly died: number;
  /** When the quiet beginning was over. */
  readonly quietUntilMs: number;
}

export interface DatabaseOptions {
  readonly perSecond: number;
  readonly people: number;
  readonly restarts: number;
  /** How long it is quiet at the beginning, and after each disturbance. */
  readonly quietMs: number;
  /** How long the others last. */
  readonly lastsMs: number;
}

const REPLICAS = [
  'auth',
  'auth2',
  'users',
  'users2',
  'resources',
  'resources2',
  'gateway',
  'gateway2',
] as const;
const KINDS = ['access token', 'session', 'access token', 'api key'] as const;
const SEED = 6;
/** A load that goes on until it is ended. */
const ENDLESS_MS = 3_600_000;

/** Restarts, slows, locks and exhausts the database under load. */
export async function runDatabase(own: OwnSystem, options: DatabaseOptions): Promise<DatabaseResult> {
  const { perSecond, people, restarts, quietMs, lastsMs } = options;
  const stage = processStage(own);
  const pids = () => REPLICAS.map((replica) => own.system.pidOf(replica));
  const before = pids();
  await using load = await SpawnedLoad.start({
    gateways: own.addresses.gateways,
    grpc: own.addresses,
    accounts: await signUp(own, people, KINDS),
    // Renewals are writes of their own, which a client repeats; here it is seen what becomes of each call.
    renewAfterMs: 200_000,
    sticky: false,
    seed: SEED,
  });
  load.begin({ perSecond, forMs: ENDLESS_MS });
  const disturbances: Disturbance[] = [];
  const disturb = async <T>(kind: Disturbance['kind'], work: () => Promise<T>): Promise<T> => {
    const fromMs = machineMs();
    const result = await work();
    disturbances.push({ kind, fromMs, toMs: machineMs() });
    await delay(quietMs);
    return result;
  };
  try {
    await delay(quietMs);
    const quietUntilMs = machineMs();
    for (let done = 0; done < restarts; done++) await disturb('restart', () => stage.restartPostgres());
    await using faults = await DatabaseFaults.at(own);
    await disturb('slow', () => faults.slow(lastsMs));
    await disturb('locks', () => faults.lockResources(lastsMs));
    const connectionsHeld = await disturb('connections', () => faults.exhaust(lastsMs));
    load.end();
    const result = await load.result;
    const now = pids();
    const alive = new Set(own.system.alive);
    const died = REPLICAS.filter((name, index) => now[index] !== before[index] || !alive.has(name)).length;
    return { load: result, disturbances, connectionsHeld, died, quietUntilMs };
  } finally {
    load.end();
  }
}
