/** What a fresh budget allows, and the most that it ever does. */
const MOST = 50;

/** How much of a request sent again each first one pays for. */
const SHARE = 0.2;

/**
 * How often a program may send again: one time in five, after an allowance. Without such a bound those who send again
 * are what keeps a system down that was down for a moment.
 */
export class RetryBudget {
  #left = MOST;

  /** A request was sent for the first time. */
  earn(): void {
    this.#left = Math.min(MOST, this.#left + SHARE);
  }

  /** Whether one more may be sent again; if so, it is taken. */
  spend(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
