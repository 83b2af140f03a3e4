/** How often something may happen: in a burst, and in the long run. */
export class RateBudget {
  #left: number;
  #at = 0;

  /**
   * @param burst how often at once
   * @param perSecond how often then
   */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {
    this.#left = burst;
  }

  /**
   * Spends some of it, if there is as much.
   *
   * @param now milliseconds on a clock that never steps
   */
  spend(cost: number, now: number): boolean {
    const earned = ((now - this.#at) / 1_000) * this.perSecond;
    this.#left = Math.min(this.burst, this.#left + earned);
    this.#at = now;
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }

  /** Whoever does something of use may do more of this. */
  earn(amount: number): void {
    this.#left = Math.min(this.burst, this.#left + amount);
  }
}
