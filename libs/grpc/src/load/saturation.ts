import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** How often it is looked how busy the loop was, and how long a request may then wait for those before it, in milliseconds. */
const WAIT_MS = 250;

/** What the latest look adds to what is known: what came at once is done before it counts for much. */
const WEIGHT = 1 / 4;

/** From this share of the time on the loop has no pauses. */
const BUSY = 0.8;

/**
 * Bounds the requests in work while the event loop has no pauses: whatever more of them is taken only waits, and makes
 * those before it dearer by what it holds. As many are taken as were answered in a quarter of a second. A loop that waits
 * for others bounds nothing, however many wait with it; nor does one that was busy for less than a second.
 */
export class Saturation {
  readonly #least: number;
  readonly #usage: (since?: EventLoopUtilization) => EventLoopUtilization;
  readonly #timer: NodeJS.Timeout;
  #since: EventLoopUtilization;
  #answered = 0;
  /** The share of the time, and requests answered in a quarter of a second; of late. */
  #busy = 0;
  #rate = 0;
  #places = Infinity;

  /**
   * @param least places that there are in any case
   * @param usage how busy the loop was, in milliseconds
   */
  constructor(
    least: number,
    usage = (since?: EventLoopUtilization) => performance.eventLoopUtilization(since),
  ) {
    this.#least = least;
    this.#usage = usage;
    this.#since = usage();
    this.#timer = setInterval(() => this.#look(), WAIT_MS).unref();
  }

  /** The most requests that may be in work now. */
  get places(): number {
    return this.#places;
  }

  /** Called when work on a request is over. */
  countAnswered(): void {
    this.#answered++;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { utilization, active, idle } = this.#usage(this.#since);
    this.#since = this.#usage();
    this.#busy += (utilization - this.#busy) * WEIGHT;
    this.#rate += ((this.#answered * WAIT_MS) / (active + idle) - this.#rate) * WEIGHT;
    this.#answered = 0;
    this.#places = this.#busy < BUSY ? Infinity : Math.max(this.#least, this.#rate);
  }
}
