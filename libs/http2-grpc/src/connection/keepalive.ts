/** When the other end of a connection is asked whether it is there. */
export interface KeepaliveOptions {
  /** After so long without a sign of it, in milliseconds. */
  readonly timeMs: number;
  /** How long it may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Also while there are no calls. */
  readonly withoutCalls: boolean;
}

/** What {@link Keepalive} watches over. */
export interface Watched {
  readonly hasCalls: boolean;
  /** Asks for a sign of life: sends a PING. */
  ask(): void;
  /** There was none. */
  dead(): void;
}

/** Finds out that the other end of a connection is gone without a word. */
export class Keepalive {
  #heardAt = performance.now();
  #askedAt: number | undefined;
  #timer: NodeJS.Timeout;

  constructor(
    private readonly watched: Watched,
    private readonly options: KeepaliveOptions,
  ) {
    this.#timer = this.#wait(options.timeMs);
  }

  /** Something came, whatever it was. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const { timeMs, timeoutMs, withoutCalls } = this.options;
    const now = performance.now();
    if (this.#isUnanswered) {
      const leftMs = (this.#askedAt as number) + timeoutMs - now;
      if (leftMs > 0) this.#timer = this.#wait(Math.min(leftMs, timeMs));
      else setImmediate(() => this.#giveUp());
      return;
    }
    this.#askedAt = undefined;
    const idleMs = now - this.#heardAt;
    if (idleMs < timeMs || !(withoutCalls || this.watched.hasCalls)) {
      this.#timer = this.#wait(Math.max(timeMs - idleMs, timeMs / 2));
      return;
    }
    this.#askedAt = now;
    this.watched.ask();
    this.#timer = this.#wait(Math.min(timeMs, timeoutMs));
  }

  /** In a turn after the timer's: if this process stood still, the answer is there and has not been read. */
  #giveUp(): void {
    if (this.#isUnanswered) this.watched.dead();
    else this.#look();
  }

  get #isUnanswered(): boolean {
    return this.#askedAt !== undefined && this.#heardAt < this.#askedAt;
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), ms).unref();
  }
}
