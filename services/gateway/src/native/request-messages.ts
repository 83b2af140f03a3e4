import type { AppError } from '@gatehouse/errors';

/** Who waits for a message. */
interface Waiting {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: AppError): void;
}

const DONE = { done: true, value: undefined } as const;

/** The messages of a request between the connection that they come on and whoever takes them, one after the other. */
export class RequestMessages implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #messages: Uint8Array[] = [];
  #waiting: Waiting | undefined;
  #hasEnded = false;
  #error: AppError | undefined;

  /** @param onEmpty called when all that had come has been taken */
  constructor(private readonly onEmpty: () => void) {}

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  push(message: Uint8Array): void {
    if (this.#waiting === undefined) this.#messages.push(message);
    else this.#settle((waiting) => waiting.resolve({ done: false, value: message }));
  }

  /** There are no more. Nothing, once they have failed. */
  end(): void {
    if (this.#error !== undefined) return;
    this.#hasEnded = true;
    this.#settle((waiting) => waiting.resolve(DONE));
  }

  /** There will be no more, for whoever takes them. Nothing, once they have ended. */
  fail(error: AppError): void {
    if (this.#hasEnded) return;
    this.#error = error;
    this.#settle((waiting) => waiting.reject(error));
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#error !== undefined) throw this.#error;
    const value = this.#messages.shift();
    if (value !== undefined) {
      if (this.isEmpty) this.onEmpty();
      return { done: false, value };
    }
    if (this.#hasEnded) return DONE;
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #settle(settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) settle(waiting);
  }
}
