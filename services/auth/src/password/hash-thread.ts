import { Worker } from 'node:worker_threads';
import type { Options } from '@node-rs/argon2';

/** What a {@link HashThread} asks its worker: to compare a password with a PHC string, or to make one of it. */
export type HashTask =
  | { readonly password: string; readonly stored: string }
  | { readonly password: string; readonly parameters: Options };

/** Who waits for the outcome of a task. */
interface Asked {
  resolve(outcome: string | boolean): void;
  reject(error: Error): void;
}

/**
 * A thread that hashes passwords, one at a time, and on Linux at a lower priority than the rest of the process: what
 * else wants a core goes first. It starts with its first task, is replaced when it has crashed, and keeps the process
 * alive only while somebody waits for it.
 */
export class HashThread {
  #worker: Worker | undefined;
  #asked: Asked | undefined;

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
    await this.#worker?.terminate();
  }

  async #ask<Outcome extends string | boolean>(task: HashTask): Promise<Outcome> {
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#asked = { resolve: (outcome) => resolve(outcome as Outcome), reject };
        worker.postMessage(task);
      });
    } finally {
      this.#asked = undefined;
      worker.unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash-worker.js', import.meta.url));
    let cause: unknown;
    worker.on('message', (outcome: string | boolean) => this.#asked?.resolve(outcome));
    worker.on('error', (error) => (cause = error));
    // Comes after an error too: whoever waits is told once the next task can start another worker.
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#asked?.reject(new Error('the thread that hashes has ended', { cause }));
    });
    return worker;
  }
}
