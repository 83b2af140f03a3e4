import { LiveSet, type Member } from '@gatehouse/live-set';
import type { Connection } from './connection.js';
import type { Pending } from './statement.js';

/** How long anything may be pending, in milliseconds. */
export interface StallLimits {
  /** Longest wait for a connection. */
  readonly acquireTimeoutMs: number;
  /** Longest wait for the whole answer. */
  readonly answerTimeoutMs: number;
}

/** Something that is pending, from its beginning to its end. */
export interface Stay {
  readonly pending: Pending;
  /** What works on it; undefined while it waits. */
  connection: Connection | undefined;
  /** How often the watch has looked at it. */
  ticks: number;
}

const TICK_MS = 50;

/**
 * Bounds the wait of everything that is pending. Age is counted in ticks of a timer and not by the clock: while
 * this process is starved of CPU the answers of a healthy server lie unread, and nobody shall be told that the
 * server is down.
 */
export class StallWatch {
  private readonly stays = new LiveSet<Stay>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: StallLimits,
    private readonly onStall: (stay: Stay) => void,
  ) {}

  add(stay: Stay): Member {
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    return this.stays.add(stay);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tick(): void {
    if (this.stays.size === 0) return this.stop();
    for (const stay of this.stays.all()) {
      const ageMs = ++stay.ticks * TICK_MS;
      const limit = stay.pending.isAcquired() ? this.limits.answerTimeoutMs : this.limits.acquireTimeoutMs;
      if (ageMs >= limit) this.onStall(stay);
    }
  }
}
