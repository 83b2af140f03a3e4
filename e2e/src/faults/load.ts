import { setTimeout as delay } from 'node:timers/promises';
import type { RestAnswer } from '../client/rest-client.js';

/** Between two attempts of one worker: leaves the machine room to restart what was ended. */
const PAUSE_MS = 10;

/** How often each HTTP status came; `none` where no answer did. */
export type Seen = ReadonlyMap<number | 'none', number>;

/**
 * Work that goes on and on in the background until it is disposed of. An answer that does not come is counted and
 * not thrown.
 */
export class Load implements AsyncDisposable {
  readonly #seen = new Map<number | 'none', number>();
  readonly #workers: Promise<void>[];
  #ended = false;
  #fault: unknown;

  /** @param work makes one request; several of them are under way at once */
  constructor(workers: number, work: () => Promise<Pick<RestAnswer, 'status'>>) {
    this.#workers = Array.from({ length: workers }, () => this.#run(work));
  }

  /**
   * Waits until this many more requests have succeeded.
   *
   * @throws what a worker met that was neither an answer nor its absence
   */
  async successes(count: number): Promise<void> {
    const wanted = this.#successes + count;
    while (this.#successes < wanted) {
      if (this.#ended) throw this.#fault ?? new Error('the load was ended');
      await delay(PAUSE_MS);
    }
  }

  /** @throws what a worker met that was neither an answer nor its absence */
  async end(): Promise<Seen> {
    await this[Symbol.asyncDispose]();
    if (this.#fault !== undefined) throw this.#fault;
    return this.#seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#workers);
  }

  get #successes(): number {
    return this.#seen.get(200) ?? 0;
  }

  async #run(work: () => Promise<Pick<RestAnswer, 'status'>>): Promise<void> {
    while (!this.#ended) {
      try {
        this.#count((await work()).status);
      } catch (error) {
        if (isNoAnswer(error)) this.#count('none');
        else {
          this.#fault = error;
          this.#ended = true;
        }
      }
      await delay(PAUSE_MS);
    }
  }

  #count(status: number | 'none'): void {
    this.#seen.set(status, (this.#seen.get(status) ?? 0) + 1);
  }
}

/** What fetch throws when a connection ends before the answer does. By name: jest's classes are not fetch's. */
function isNoAnswer(error: unknown): boolean {
  return (error as Error).name === 'TypeError' && (error as Error).cause !== undefined;
}
