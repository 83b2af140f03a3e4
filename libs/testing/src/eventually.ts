import { setTimeout as delay } from 'node:timers/promises';

/**
 * Repeats `attempt` until it stops throwing, and rejects with its last error once `timeoutMs` is over. For what
 * another process or a timer brings about; the bound is a safety net, not an expectation.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(20);
    }
  }
}
