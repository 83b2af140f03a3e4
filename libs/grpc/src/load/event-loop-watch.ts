/** How often it is looked whether the loop still comes round, in milliseconds. */
const TICK_MS = 20;

/** A tick that comes later than this is late: longer than a collection of garbage takes, and than a turn that was busy. */
const LATE_MS = 50;

/**
 * Knows whether the event loop has fallen behind: whether each of its latest turns was late, for longer than the bound
 * in all. One slow turn is no overload, a loop that does not catch up is; and so is a single turn that took as long as
 * the bound. The first tick in time ends it, so that nothing but work keeps the loop behind.
 */
export class EventLoopWatch {
  readonly #maxBehindMs: number;
  readonly #timer: NodeJS.Timeout;
  #lastTick = performance.now();
  #behindMs = 0;

  /** @param maxBehindMs for how long the loop may be late, in milliseconds */
  constructor(maxBehindMs: number) {
    this.#maxBehindMs = maxBehindMs;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  get isBehind(): boolean {
    // A turn that is not over counts too: what it reads has waited for as long.
    return this.#behindAt(performance.now()) > this.#maxBehindMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const isLate = now - this.#lastTick > TICK_MS + LATE_MS;
    this.#behindMs = isLate ? this.#behindAt(now) : 0;
    this.#lastTick = now;
  }

  #behindAt(now: number): number {
    const sinceLast = now - this.#lastTick;
    return sinceLast > TICK_MS + LATE_MS ? this.#behindMs + sinceLast : this.#behindMs;
  }
}
