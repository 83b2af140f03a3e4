/** How many are remembered: frames cross the end of a stream on their way for no longer. */
const KEPT = 128;

/** The streams of which something was true last: that this end has reset them, or that they are over. */
export class RecentStreams {
  readonly #ids = new Set<number>();

  add(streamId: number): void {
    this.#ids.add(streamId);
    if (this.#ids.size <= KEPT) return;
    const [oldest] = this.#ids;
    this.#ids.delete(oldest as number);
  }

  has(streamId: number): boolean {
    return this.#ids.has(streamId);
  }
}
