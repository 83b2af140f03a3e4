import { metrics } from '@opentelemetry/api';
import { AppError } from '@gatehouse/errors';

/**
 * Counts who was admitted and who was refused, and why. A reason is one that the code names, the finer one of the
 * log where there is one; what callers send is in no label, so that they cannot make the metric grow.
 */
export class GuardDecisions {
  #admitted = 0;
  /** How many were refused, by reason. */
  readonly #refused = new Map<string, number>();

  /** To be made once telemetry is open, and once in a process. */
  constructor() {
    metrics
      .getMeter('gatehouse')
      .createObservableCounter('gatehouse.guard.decisions', {
        description: 'Calls that the guard admitted or refused',
        unit: '{decision}',
      })
      .addCallback((result) => {
        if (this.#admitted > 0) result.observe(this.#admitted, { decision: 'admitted' });
        for (const [reason, count] of this.#refused) result.observe(count, { decision: 'refused', reason });
      });
  }

  admitted(): void {
    this.#admitted++;
  }

  /** @param error what the caller is refused with */
  refused(error: unknown): void {
    const reason = error instanceof AppError ? (error.logReason ?? error.reason) : 'INTERNAL';
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** Counts what becomes of a decision, whether it waits or not. @throws what `decide` throws */
  count<T>(decide: () => T | Promise<T>): T | Promise<T> {
    try {
      const decided = decide();
      if (decided instanceof Promise) return this.#countLater(decided);
      this.admitted();
      return decided;
    } catch (error) {
      this.refused(error);
      throw error;
    }
  }

  async #countLater<T>(deciding: Promise<T>): Promise<T> {
    const decided = await deciding.catch((error: unknown) => {
      this.refused(error);
      throw error;
    });
    this.admitted();
    return decided;
  }
}
