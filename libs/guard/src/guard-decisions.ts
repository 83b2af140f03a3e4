import { metrics } from '@opentelemetry/api';
import { AppError } from '@gatehouse/errors';

/**
 * Counts who was admitted and who was refused, and why. A reason is one that the code names, the finer one of the
 * log where there is one; what callers send is in no label, so that they cannot make the metric grow.
 */
export class GuardDecisions {
  readonly #decisions = metrics.getMeter('gatehouse').createCounter('gatehouse.guard.decisions', {
    description: 'Calls that the guard admitted or refused',
    unit: '{decision}',
  });

  admitted(): void {
    this.#decisions.add(1, { decision: 'admitted' });
  }

  /** @param error what the caller is refused with */
  refused(error: unknown): void {
    const reason = error instanceof AppError ? (error.logReason ?? error.reason) : 'INTERNAL';
    this.#decisions.add(1, { decision: 'refused', reason });
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
