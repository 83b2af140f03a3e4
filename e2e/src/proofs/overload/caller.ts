import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Cores } from './cores.js';

/** A process on the callers' core that is told one thing to do after another, and says what came of it. */
export class Caller<Order extends object, Report> implements Disposable {
  readonly #process: ChildProcess;

  /** @param script answers each message with one */
  constructor(cores: Cores, script: URL) {
    this.#process = cores.startCaller(script);
  }

  /** One order at a time. @throws Error when the process ends */
  async send(order: Order): Promise<Report> {
    const over = new AbortController();
    const { signal } = over;
    const exit = once(this.#process, 'exit', { signal }).then(
      () => Promise.reject(new Error('a process of callers has ended')),
      () => new Promise<never>(() => undefined),
    );
    this.#process.send(order);
    try {
      const [report] = await Promise.race([once(this.#process, 'message', { signal }), exit]);
      return report as Report;
    } finally {
      over.abort();
    }
  }

  [Symbol.dispose](): void {
    this.#process.disconnect();
  }
}
