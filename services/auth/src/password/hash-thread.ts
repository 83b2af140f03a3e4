import { Worker } from 'node:worker_threads';
import { metrics } from '@opentelemetry/api';
import type { Options } from '@node-rs/argon2';

/** What a {@link HashThread} asks its worker: to compare a password with a PHC string, or to make one of it. */
export type HashTask =
  | { readonly password: string; readonly stored: string }
  | { readonly password: string; readonly parameters: Options };

/** Upper bounds in seconds: 20 milliseconds alone on a fast core, and a second among many on a slow one. */
const DURATIONS = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5];

/** How long a thread is kept for the next task: it holds 10 MB, and it takes some 50 ms to start another one. */
const KEPT_MS = 10_000;

/** Who waits for the outcome of a task. */
interface Asked {
  resolve(outcome: string | boolean): void;
  reject(error: Error): void;
}

/**
 * A thread that hashes passwords, one at a time, and on Linux at a lower priority than the rest of the process: what
 * else wants a core goes first. It starts with its first task, ends when there is none for a while, is replaced when it has
 * crashed, and keeps the process alive only while somebody waits for it.
 */
export class HashThread {
  readonly #duration = metrics.getMeter('gatehouse').createHistogram('gatehouse.password_hash.duration', {
    description: 'Time that a thread took to make or to compare a hash',
    unit: 's',
    advice: { explicitBucketBoundaries: DURATIONS },
  });
  #worker: Worker | undefined;
  #asked: Asked | undefined;
  #idle: NodeJS.Timeout | undefined;

  /**
   * @returns a PHC string
   * @throws Error when the thread ended, with why as its cause
   */
  hash(password: string, parameters: Options): Promise<string> {
    return this.#ask({ password, parameters });
  }

  /**
   * @param stored a PHC string
   * @returns whether it was made of this password
   * @throws Error when the thread ended, with why as its cause: of a malformed string, for one
   */
  verify(stored: string, password: string): Promise<boolean> {
    return this.#ask({ password, stored });
  }

  /** Ends the thread; a task that it is at fails, unless it was as good as done. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  async #ask<Outcome extends string | boolean>(task: HashTask): Promise<Outcome> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    const startedAt = performance.now();
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#asked = { resolve: (outcome) => resolve(outcome as Outcome), reject };
        worker.postMessage(task);
      });
    } finally {
      this.#duration.record((performance.now() - startedAt) / 1_000);
      this.#asked = undefined;
      worker.unref();
      this.#idle = setTimeout(() => this.#rest(), KEPT_MS).unref();
    }
  }

  /** Whoever comes while the thread ends has another one. */
  #rest(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash-worker.js', import.meta.url));
    let cause: unknown;
    worker.on('message', (outcome: string | boolean) => this.#asked?.resolve(outcome));
    worker.on('error', (error) => (cause = error));
    // Comes after an error too: whoever waits is told once the next task can start another worker.
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#asked?.reject(new Error('the thread that hashes has ended', { cause }));
    });
    return worker;
  }
}
