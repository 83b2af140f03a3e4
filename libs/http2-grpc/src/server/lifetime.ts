/** How long a connection is there. */
export interface LifetimeLimits {
  /** How long its caller may take to begin, in milliseconds. */
  readonly greetingMs: number;
  /** How long it takes new calls, in milliseconds, give or take a tenth. */
  readonly maxAgeMs: number;
  /** How long its calls may go on after that, in milliseconds. */
  readonly maxAgeGraceMs: number;
  /** How long it is kept without calls, in milliseconds. */
  readonly maxIdleMs: number;
  /** How long its caller may take to notice that it ends, in milliseconds: calls that are on their way then are served. */
  readonly noticeMs: number;
}

/** What is done about a connection whose time is over. */
export interface Mortal {
  /** It takes no new calls, and ends with the last one. */
  drain(): void;
  end(reason: string): void;
}

/** How much ages differ, so that connections that were made at once do not all end at once (gRFC A9). */
const JITTER = 0.1;

/** Ends a connection in time: where one address stands for all replicas, new ones get calls because old ones end. */
export class Lifetime {
  #timer: NodeJS.Timeout;
  #idle: NodeJS.Timeout | undefined;
  #hasBegun = false;

  constructor(
    private readonly limits: LifetimeLimits,
    private readonly mortal: Mortal,
  ) {
    this.#timer = setTimeout(() => mortal.end('the caller did not begin'), limits.greetingMs).unref();
  }

  /** The caller has said what it is. */
  begun(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    clearTimeout(this.#timer);
    const { maxAgeMs, maxAgeGraceMs } = this.limits;
    const age = maxAgeMs * (1 + JITTER * (2 * Math.random() - 1));
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.mortal.end('the connection is too old'), maxAgeGraceMs).unref();
      this.mortal.drain();
    }, age).unref();
    this.idle();
  }

  /** It has no calls. */
  idle(): void {
    if (this.#idle === undefined)
      this.#idle = setTimeout(() => this.mortal.drain(), this.limits.maxIdleMs).unref();
    else this.#idle.refresh();
  }

  /** It has one. */
  busy(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
  }
}
