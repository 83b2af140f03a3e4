import { platformReasons } from '@gatehouse/errors';
import { authReasons } from '../reasons.js';

/** How many jobs a {@link HashPool} runs and how many may wait. */
export interface HashPoolOptions {
  readonly concurrency: number;
  readonly queue: number;
}

/** What a caller who found the queue full is told to wait. */
const RETRY_AFTER_MS = 1_000;

/**
 * Bounds the expensive work of the service: no more jobs at once than cores, no more waiting than can be done
 * in a bearable time. The jobs themselves run on libuv's threads, so the event loop stays free.
 */
export class HashPool {
  readonly #options: HashPoolOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: HashPoolOptions) {
    this.#options = options;
  }

  /**
   * Runs `job` when its turn comes.
   *
   * @param signal drops the job while it waits: nobody needs its outcome any more
   * @throws AppError HASH_QUEUE_FULL at once, before any work; DEADLINE_EXCEEDED for a job that was dropped
   */
  async run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#turn();
    try {
      if (signal?.aborted) throw platformReasons.DEADLINE_EXCEEDED();
      return await job();
    } finally {
      const next = this.#waiting.shift();
      // A freed place goes straight to the next in line, so nobody can overtake.
      if (next) next();
      else this.#running--;
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < this.#options.concurrency) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#options.queue) {
      throw authReasons.HASH_QUEUE_FULL({ retryAfterMs: RETRY_AFTER_MS });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
