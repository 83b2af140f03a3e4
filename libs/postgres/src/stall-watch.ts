import type { Pending } from './statement.js';

/** How long anything may be pending, in milliseconds. */
export interface StallLimits {
  /** Longest wait for a connection. */
  readonly acquireTimeoutMs: number;
  /** Longest wait for the whole answer. */
  readonly answerTimeoutMs: number;
}

const TICK_MS = 50;

/**
 * Bounds the wait of everything that is pending. Age is counted in ticks of a timer and not by the clock: while
 * this process is starved of CPU the answers of a healthy server lie unread, and nobody shall be told that the
 * server is down.
 */
export class StallWatch {
  private readonly ages = new Map<Pending, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: StallLimits,
    private readonly onStall: (pending: Pending) => void,
  ) {}

  add(pending: Pending): void {
    this.ages.set(pending, 0);
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
  }

  remove(pending: Pending): void {
    this.ages.delete(pending);
    if (this.ages.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tick(): void {
    for (const [pending, age] of this.ages) {
      const ageMs = (age + 1) * TICK_MS;
      this.ages.set(pending, age + 1);
      const limit = pending.isAcquired() ? this.limits.answerTimeoutMs : this.limits.acquireTimeoutMs;
      if (ageMs >= limit) this.onStall(pending);
    }
  }
}
