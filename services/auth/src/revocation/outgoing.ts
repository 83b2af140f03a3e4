/** A stream's way out: what is pushed is read in order, by one reader, until it ends. */
export class Outgoing<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #over = false;
  #error: unknown;

  get isOver(): boolean {
    return this.#over;
  }

  /** How many nobody has read yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  push(message: T): void {
    if (this.#over) return;
    this.#waiting.push(message);
    this.#wake?.();
  }

  /** Ends it once all that was pushed is read; with this error, if there is one. The first end counts. */
  end(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!;
      if (this.#over) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#error !== undefined) throw this.#error;
  }
}
