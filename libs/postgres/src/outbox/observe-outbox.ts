import { metrics, type BatchObservableResult } from '@opentelemetry/api';
import { LookedUp } from '../telemetry/looked-up.js';
import type { OutboxStore } from './outbox.store.js';

/**
 * Tells how much waits in an outbox, at most every 15 seconds as new. While the database is away it tells NaN.
 *
 * @param unowed topics whose events nobody is owed: those that were given up are not told of
 * @returns how to end it; before the database closes
 */
export function observeOutbox(
  outbox: Pick<OutboxStore, 'backlog'>,
  unowed: readonly string[] = [],
): () => void {
  const meter = metrics.getMeter('gatehouse');
  const parked = meter.createObservableGauge('gatehouse.outbox.parked', {
    description:
      'Events that were given up and that somebody is owed; each holds back the later ones of its key',
    unit: '{event}',
  });
  const oldestAge = meter.createObservableGauge('gatehouse.outbox.oldest_age', {
    description: 'Age of the oldest event that is still to be delivered; 0 when there is none',
    unit: 's',
  });
  const backlog = new LookedUp(() => outbox.backlog(unowed));
  const observe = async (result: BatchObservableResult) => {
    const found = await backlog.read();
    // Not left out: the SDK would go on telling what was known last.
    result.observe(parked, found?.parked ?? NaN);
    result.observe(oldestAge, found ? found.oldestAgeMs / 1_000 : NaN);
  };
  meter.addBatchObservableCallback(observe, [parked, oldestAge]);
  return () => meter.removeBatchObservableCallback(observe, [parked, oldestAge]);
}
