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
    return this.#behindMs > this.#maxBehindMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const sinceLast = now - this.#lastTick;
    this.#lastTick = now;
    this.#behindMs = sinceLast > TICK_MS + LATE_MS ? this.#behindMs + sinceLast : 0;
  }
}
