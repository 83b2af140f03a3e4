import { metrics, type ObservableResult } from '@opentelemetry/api';
import { LookedUp } from '@gatehouse/postgres';

/**
 * Tells how many events of the trail wait for their place in the chain, at most every 15 seconds as new; NaN while the
 * database is away.
 *
 * @returns how to end it; before the database closes
 */
export function observeUnchained(count: () => Promise<number>): () => void {
  const unchained = metrics.getMeter('gatehouse').createObservableGauge('gatehouse.audit.unchained', {
    description: 'Audit events that wait for their place in the chain',
    unit: '{event}',
  });
  const pending = new LookedUp(count);
  const observe = async (result: ObservableResult) => result.observe((await pending.read()) ?? NaN);
  unchained.addCallback(observe);
  return () => unchained.removeCallback(observe);
}
