import type { Logger } from '@gatehouse/telemetry';
import type { AuthContext } from './auth-context.js';

const EVERY_MS = 60_000;

/** Deletes what can matter no more: expired sign-ins, and revocations that speak of expired tokens only. */
export class Retention {
  readonly #context: AuthContext;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: AuthContext, log: Logger) {
    this.#context = context;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.#log.warn({ error }, 'expired rows not deleted'));
    }, EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async sweep(): Promise<void> {
    const { database, families, revocations } = this.#context;
    await families.deleteExpired(database.sql);
    await revocations.deleteExpired(database.sql);
  }
}
