/** Frames on a stream cross its reset on their way: for the last of these that they are there is no fault. */
const KEPT = 128;

/** The streams that this end has reset last. */
export class RecentResets {
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
