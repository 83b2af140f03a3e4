/** The most that requests have of the memory which are not complete, in bytes: it may take twice as much while they grow. */
const MOST_BYTES = 12 * 1024 * 1024;

/** What no request is counted for, in bytes: whoever fills the memory keeps no small one out, such as a sign-in. */
const FREE_BYTES = 16 * 1024;

/**
 * The memory that requests have until they are complete: calls of one message until their callers have said that there is
 * no more, messages of a stream each by itself. Nobody knows by then who calls, and they take no place among the calls in
 * work: those of one connection that stop before their last bytes would have 800 MiB.
 */
export class UnfinishedRequests {
  #held = 0;

  /**
   * @param size of a request so far, in bytes
   * @param more that have come of it
   * @returns whether there is room for them
   */
  grow(size: number, more: number): boolean {
    const counted = countedOf(size + more) - countedOf(size);
    if (counted > 0 && this.#held + counted > MOST_BYTES) return false;
    this.#held += counted;
    return true;
  }

  /** A request is complete, or will not be. @param size that it had, in bytes */
  release(size: number): void {
    this.#held -= countedOf(size);
  }
}

function countedOf(size: number): number {
  return Math.max(0, size - FREE_BYTES);
}
