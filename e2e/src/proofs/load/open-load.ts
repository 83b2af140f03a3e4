import { setTimeout as delay } from 'node:timers/promises';
import { machineMs } from '../clock.js';

/** One request of a load. Times are of the machine's monotonic clock, in milliseconds. */
export interface Sent<Outcome> {
  /** When it was due, whatever became of those before it. */
  readonly atMs: number;
  /** When it was sent: later than due where the generator was late, or too many were under way. */
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: Outcome;
}

/** What an open load sends, how fast and how long. */
export interface OpenLoadOptions<Outcome> {
  readonly perSecond: number;
  readonly forMs: number;
  /**
   * Makes one request and says what became of it; a refusal is an outcome too.
   *
   * @param index counted from 0
   */
  readonly send: (index: number) => Promise<Outcome>;
  /** Ends the load before its time. */
  readonly signal?: AbortSignal;
  /** How many may be under way at once; those that are due beyond wait for their turn, and are sent nevertheless. */
  readonly maxOutstanding?: number;
  /** Hears of each request as it ends. */
  readonly onSent?: (sent: Sent<Outcome>) => void;
}

/** So many that whatever piles up is seen, and few enough that the generator outlives it. */
const MAX_OUTSTANDING = 5_000;

/**
 * Sends requests as people do: each at its appointed time, whatever became of the earlier ones. A system that stands
 * still for a second has a second of requests waiting for it, and each of them counts its wait, because its latency is
 * counted from the time at which it was due (coordinated omission is what the other way of counting is called).
 *
 * @returns every request that was due, in the order in which they were; none is skipped
 * @throws what `send` threw first, once all that were sent have ended
 */
export async function openLoad<Outcome>(
  options: OpenLoadOptions<Outcome>,
): Promise<readonly Sent<Outcome>[]> {
  const { perSecond, forMs, send, signal, maxOutstanding = MAX_OUTSTANDING, onSent } = options;
  const count = Math.floor((perSecond * forMs) / 1_000);
  const sent: (Sent<Outcome> | undefined)[] = [];
  const faults: unknown[] = [];
  const outstanding = new Set<Promise<void>>();
  const beginMs = machineMs();
  const due = (index: number) => beginMs + (index * 1_000) / perSecond;

  const one = async (index: number) => {
    const startMs = machineMs();
    const outcome = await send(index);
    const done = { atMs: due(index), startMs, endMs: machineMs(), outcome };
    sent[index] = done;
    onSent?.(done);
  };

  for (let index = 0; index < count && faults.length === 0; index++) {
    const early = due(index) - machineMs();
    if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
    while (outstanding.size >= maxOutstanding) await Promise.race(outstanding);
    if (signal?.aborted) break;
    const request = one(index)
      .catch((error: unknown) => void faults.push(error))
      .finally(() => outstanding.delete(request));
    outstanding.add(request);
  }
  await Promise.all(outstanding);
  if (faults.length > 0) throw faults[0];
  return sent.filter((one) => one !== undefined);
}

/** How long each took, from the time at which it was due, in milliseconds. */
export function latencies<Outcome>(sent: readonly Sent<Outcome>[]): number[] {
  return sent.map(({ atMs, endMs }) => endMs - atMs);
}

/** How late each was sent, in milliseconds: the generator's own share of the latencies. */
export function lateness<Outcome>(sent: readonly Sent<Outcome>[]): number[] {
  return sent.map(({ atMs, startMs }) => startMs - atMs);
}

/** The most requests that were under way at once. */
export function mostOutstanding<Outcome>(sent: readonly Sent<Outcome>[]): number {
  const steps = sent.flatMap(({ startMs, endMs }) => [
    { ms: startMs, by: 1 },
    { ms: endMs, by: -1 },
  ]);
  steps.sort((one, other) => one.ms - other.ms || one.by - other.by);
  let now = 0;
  let most = 0;
  for (const { by } of steps) most = Math.max(most, (now += by));
  return most;
}

/** The requests that were due within one stretch of time. */
export interface Window<Outcome> {
  /** Milliseconds after the first request was due. */
  readonly fromMs: number;
  readonly sent: readonly Sent<Outcome>[];
}

/** Requests by the stretch of time within which they were due; a stretch in which none was is empty. */
export function windows<Outcome>(sent: readonly Sent<Outcome>[], widthMs: number): Window<Outcome>[] {
  const first = sent[0]?.atMs ?? 0;
  const stretches: Sent<Outcome>[][] = [];
  for (const one of sent) (stretches[Math.floor((one.atMs - first) / widthMs)] ??= []).push(one);
  return Array.from(stretches, (stretch, index) => ({ fromMs: index * widthMs, sent: stretch ?? [] }));
}
