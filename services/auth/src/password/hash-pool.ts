import { metrics } from '@opentelemetry/api';
import { platformReasons } from '@gatehouse/errors';
import { authReasons } from '../reasons.js';
import { HashThread } from './hash-thread.js';

/** How many jobs a {@link HashPool} runs and how many may wait. */
export interface HashPoolOptions {
  readonly concurrency: number;
  readonly queue: number;
}

/** What a caller who found the queue full is told to wait. */
const RETRY_AFTER_MS = 1_000;

/**
 * Bounds the expensive work of the service: no more jobs at once than cores, no more waiting than can be done
 * in a bearable time. Each job has a thread to itself, which lets others go first.
 */
export class HashPool {
  readonly #queue: number;
  readonly #threads: readonly HashThread[];
  readonly #free: HashThread[];
  readonly #waiting: ((thread: HashThread) => void)[] = [];
  readonly #queued = metrics.getMeter('gatehouse').createUpDownCounter('gatehouse.password_hash.queued', {
    description: 'Jobs that wait for a thread that hashes passwords',
    unit: '{job}',
  });

  constructor({ concurrency, queue }: HashPoolOptions) {
    this.#queue = queue;
    this.#threads = Array.from({ length: concurrency }, () => new HashThread());
    this.#free = [...this.#threads];
    this.#queued.add(0); // there from the beginning
  }

  /**
   * Runs `job` when its turn comes.
   *
   * @param signal drops the job while it waits: nobody needs its outcome any more
   * @throws AppError HASH_QUEUE_FULL at once, before any work; DEADLINE_EXCEEDED for a job that was dropped
   */
  async run<T>(job: (thread: HashThread) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const thread = await this.#turn();
    try {
      if (signal?.aborted) throw platformReasons.DEADLINE_EXCEEDED();
      return await job(thread);
    } finally {
      const next = this.#waiting.shift();
      // A freed thread goes straight to the next in line, so nobody can overtake.
      if (next) next(thread);
      else this.#free.push(thread);
    }
  }

  /** Ends the threads; what they are at fails. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #turn(): Promise<HashThread> {
    // The last one freed: where one is enough, the others never start.
    const free = this.#free.pop();
    if (free) return free;
    if (this.#waiting.length >= this.#queue) {
      throw authReasons.HASH_QUEUE_FULL({ retryAfterMs: RETRY_AFTER_MS });
    }
    this.#queued.add(1);
    const thread = await new Promise<HashThread>((resolve) => this.#waiting.push(resolve));
    this.#queued.add(-1);
    return thread;
  }
}
