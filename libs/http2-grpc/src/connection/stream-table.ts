/** Slots at first: a power of two, as many as most connections ever need. */
const FIRST_SLOTS = 64;

/**
 * Streams by their IDs. A Map makes a new table of its entries whenever so many have come and gone, and what an old one
 * holds stays in memory until that is collected as a whole: thousands of streams, and with them their calls. Here a slot
 * is empty once its stream is over.
 */
export class StreamTable<S extends { readonly id: number }> {
  #slots: (S | undefined)[] = new Array<S | undefined>(FIRST_SLOTS).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): S | undefined {
    return this.#slots[this.#find(id)];
  }

  /** Takes a stream with an ID that none has which is here. */
  add(stream: S): void {
    if (2 * (this.#size + 1) > this.#slots.length) this.#grow();
    this.#slots[this.#find(stream.id)] = stream;
    this.#size++;
  }

  delete(id: number): void {
    const slots = this.#slots;
    let hole = this.#find(id);
    if (slots[hole] === undefined) return;
    slots[hole] = undefined;
    this.#size--;
    // Those behind it that would have stood in its place are found no more, unless they move up.
    for (let at = this.#next(hole); ; at = this.#next(at)) {
      const stream = slots[at];
      if (stream === undefined) return;
      const distance = (at - this.#home(stream.id)) & (slots.length - 1);
      if (distance < ((at - hole) & (slots.length - 1))) continue;
      slots[hole] = stream;
      slots[at] = undefined;
      hole = at;
    }
  }

  /** Those that are here now. */
  all(): S[] {
    return this.#slots.filter((stream) => stream !== undefined);
  }

  /** Where a stream is, or would be. */
  #find(id: number): number {
    let at = this.#home(id);
    for (;;) {
      const stream = this.#slots[at];
      if (stream === undefined || stream.id === id) return at;
      at = this.#next(at);
    }
  }

  /** IDs of one end are every second number. */
  #home(id: number): number {
    return (id >> 1) & (this.#slots.length - 1);
  }

  #next(at: number): number {
    return (at + 1) & (this.#slots.length - 1);
  }

  #grow(): void {
    const streams = this.all();
    const { length } = this.#slots;
    this.#slots.fill(undefined);
    this.#slots = new Array<S | undefined>(2 * length).fill(undefined);
    for (const stream of streams) this.#slots[this.#find(stream.id)] = stream;
  }
}
