import { setTimeout as delay } from 'node:timers/promises';
import { machineMs } from '../clock.js';
import type { SeededRandom } from '../random.js';

/** Replicas that can be killed and started again by name. */
export interface Victims {
  readonly names: readonly string[];
  kill(name: string): Promise<void>;
  start(name: string): Promise<void>;
}

/** One replica that was killed. Times are of the machine's monotonic clock, in milliseconds. */
export interface Kill {
  readonly replica: string;
  readonly atMs: number;
  readonly readyMs: number;
}

/**
 * Kills one replica after the other, each as often as any other but in no order that a system could be made for, and
 * starts it again at once.
 *
 * @param everyMs from one kill to the next; longer when a replica needs longer to be ready again
 * @param signal ends it, with all replicas ready
 */
export async function killInTurn(
  victims: Victims,
  random: SeededRandom,
  everyMs: number,
  signal: AbortSignal,
): Promise<readonly Kill[]> {
  const kills: Kill[] = [];
  let left: string[] = [];
  for (;;) {
    const lastMs = kills.at(-1)?.atMs ?? machineMs();
    await delay(Math.max(0, lastMs + everyMs - machineMs()), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return kills;
    if (left.length === 0) left = [...victims.names];
    const replica = random.choose(left);
    left = left.filter((name) => name !== replica);
    const atMs = machineMs();
    await victims.kill(replica);
    await victims.start(replica);
    kills.push({ replica, atMs, readyMs: machineMs() });
  }
}
