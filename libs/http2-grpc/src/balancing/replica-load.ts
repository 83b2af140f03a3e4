import type { Verdict } from './verdict.js';

/** What a channel is for. Streams last, so neither their number nor their length says how busy a replica is. */
export type ChannelUse = 'calls' | 'streams';

/** What one more observation weighs against all earlier ones: about the last ten count. */
const WEIGHT = 0.1;

/** Calls that must have ended before their duration says anything. */
const ENOUGH = 3;

/** How much slower than the fastest a replica may be before it is slow: this many times, and so many milliseconds. */
const SLOW_FACTOR = 4;
const SLOW_MARGIN_MS = 50;

/** By how much a replica's share of failed calls may exceed that of the best one. Five failures in a row do. */
const FAILURE_MARGIN = 0.4;

/** What the share of failed calls is taken for once a replica that was avoided has answered. */
const READMITTED = 0.3;

/** How long a replica is left alone before one call tries it, in milliseconds: at first, and at most. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/** The best that is seen among the replicas at the moment: what the others are measured by. */
export interface Standard {
  /** Milliseconds; Infinity while nobody knows. */
  readonly latencyMs: number;
  /** The share of failed calls, from 0 to 1. */
  readonly failures: number;
}

/** What this process knows of one replica. */
export class ReplicaLoad {
  readonly #underWay = { calls: 0, streams: 0 };
  #latencyMs = 0;
  #observed = 0;
  #failures = 0;
  #isSuspect = false;
  #waitMs = FIRST_WAIT_MS;
  #probeAt = 0;

  /** @param longestCallMs what lasts longer was no call but a stream, in milliseconds */
  constructor(private readonly longestCallMs: number) {}

  /** The decaying share of failed calls, from 0 to 1. */
  get failures(): number {
    return this.#failures;
  }

  /** The decaying mean duration of its calls in milliseconds; Infinity before it is known. */
  get latencyMs(): number {
    return this.#observed < ENOUGH ? Infinity : this.#latencyMs;
  }

  /** Calls or streams that have not ended. */
  underWay(use: ChannelUse): number {
    return this.#underWay[use];
  }

  begin(use: ChannelUse): void {
    this.#underWay[use]++;
  }

  /** It did not begin after all. */
  revoke(use: ChannelUse): void {
    this.#underWay[use]--;
  }

  end(use: ChannelUse, verdict: Verdict, durationMs: number): void {
    this.#underWay[use]--;
    if (use === 'calls') this.#time(verdict, durationMs);
    // A stream that had lasted when it failed says nothing of those to come.
    if (verdict === 'failed' && (use === 'calls' || durationMs < FIRST_WAIT_MS)) this.#fail();
    if (verdict === 'answered') this.#succeed();
  }

  /** How many times its calls in flight count: 1 unless it is slow. */
  slowness({ latencyMs }: Standard): number {
    const isSlow = this.latencyMs !== Infinity && this.#latencyMs > SLOW_FACTOR * latencyMs + SLOW_MARGIN_MS;
    return isSlow ? this.#latencyMs / Math.max(1, latencyMs) : 1;
  }

  /** Whether it fails where others do not. When all fail alike, none does. */
  isFailing({ failures }: Standard): boolean {
    return this.#failures > failures + FAILURE_MARGIN;
  }

  /** Whether one call is to find out if a replica that is avoided still deserves it; says so once for each wait. */
  isProbeDue(isAvoided: boolean, now: number): boolean {
    if (!isAvoided) return (this.#isSuspect = false);
    if (!this.#isSuspect) {
      this.#isSuspect = true;
      this.#probeAt = now + this.#waitMs;
    }
    if (now < this.#probeAt) return false;
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    this.#probeAt = now + this.#waitMs;
    return true;
  }

  /** It has a new connection, so perhaps it is a new process: tried at once if it is avoided. */
  reconnected(): void {
    this.#probeAt = 0;
  }

  #time(verdict: Verdict, durationMs: number): void {
    if (durationMs > this.longestCallMs) return;
    // Who fails at once is not fast by that, and who is given up is at least this slow.
    if (verdict !== 'answered' && durationMs < Math.max(this.#latencyMs, SLOW_MARGIN_MS)) return;
    this.#observed++;
    const isBetter = this.#isSuspect && durationMs < this.#latencyMs;
    const weight = isBetter ? 1 : Math.max(WEIGHT, 1 / this.#observed);
    this.#latencyMs += (durationMs - this.#latencyMs) * weight;
  }

  #fail(): void {
    this.#failures += (1 - this.#failures) * WEIGHT;
  }

  #succeed(): void {
    this.#failures -= this.#failures * WEIGHT;
    if (this.#isSuspect) this.#failures = Math.min(this.#failures, READMITTED);
    else this.#waitMs -= (this.#waitMs - FIRST_WAIT_MS) * WEIGHT;
  }
}
