import { setTimeout as delay } from 'node:timers/promises';

/** Least time between two looks, in milliseconds. */
const LOOK_EVERY_MS = 15_000;

/** Longest that a reader waits for a look, in milliseconds: in an outage of the database metrics are needed most. */
const MAX_WAIT_MS = 1_000;

/** A value for metrics that costs a query: looked up when it is read, and not again for the next 15 seconds. */
export class LookedUp<T> {
  #looking: Promise<T | undefined> | undefined;
  #lookedAt = -Infinity;

  /** @param monotonic a clock that never steps, in milliseconds */
  constructor(
    private readonly lookUp: () => Promise<T>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** @returns undefined while it cannot be had: a failure is looked at no sooner again. Never rejects. */
  async read(): Promise<T | undefined> {
    const now = this.monotonic();
    if (now - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = now;
      this.#looking = this.lookUp().catch(() => undefined);
    }
    return Promise.race([this.#looking, delay(MAX_WAIT_MS, undefined, { ref: false })]);
  }
}
