import { platformReasons } from '@gatehouse/errors';

/**
 * The time that a request's call may take, of which the exchange of its credential takes its part. How long the client
 * takes to send its body is no part of it.
 */
export class CallBudget {
  #leftMs: number;
  #deadline: number | undefined;

  /** @param timeoutMs milliseconds for all */
  constructor(timeoutMs: number) {
    this.#leftMs = timeoutMs;
  }

  /** When the call is given up, in milliseconds of `performance.now()`. The call begins where it is first asked for. */
  get deadline(): number {
    return (this.#deadline ??= performance.now() + this.#leftMs);
  }

  /**
   * Waits for work that the call needs, no longer than there is time. Others may wait for it as well, so it goes on.
   *
   * @throws AppError DEADLINE_EXCEEDED; what the work throws
   */
  async wait<T>(work: Promise<T>): Promise<T> {
    const start = performance.now();
    const leftMs = this.#deadline === undefined ? this.#leftMs : this.#deadline - performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(platformReasons.DEADLINE_EXCEEDED()), leftMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      this.#leftMs -= performance.now() - start;
    }
  }
}
