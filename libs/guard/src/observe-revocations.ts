import { metrics, type BatchObservableResult } from '@opentelemetry/api';

/** What a verifier knows of revocations, at the moment of asking. */
export interface ObservedRevocations {
  /** How old that is, in milliseconds; Infinity when nothing is known. */
  readonly ageMs: () => number;
  /** How many revocations it holds. */
  readonly entries: () => number;
  /** Whether it follows auth; left out by auth, which reads the table itself. */
  readonly isConnected?: () => boolean;
}

/** Tells what a verifier knows of revocations. @returns how to end it */
export function observeRevocations({ ageMs, entries, isConnected }: ObservedRevocations): () => void {
  const meter = metrics.getMeter('gatehouse');
  const leaseAge = meter.createObservableGauge('gatehouse.revocations.lease_age', {
    description: 'How old what the verifier knows of revocations is; infinite when that is nothing',
    unit: 's',
  });
  const held = meter.createObservableGauge('gatehouse.revocations.entries', {
    description: 'Revocations that the verifier holds',
    unit: '{revocation}',
  });
  const connected = meter.createObservableGauge('gatehouse.feed.connected', {
    description: 'Whether the verifier follows what auth revokes: 1 or 0',
  });
  const observe = (result: BatchObservableResult) => {
    result.observe(leaseAge, ageMs() / 1_000);
    result.observe(held, entries());
    if (isConnected) result.observe(connected, isConnected() ? 1 : 0);
  };
  const gauges = [leaseAge, held, connected];
  meter.addBatchObservableCallback(observe, gauges);
  return () => meter.removeBatchObservableCallback(observe, gauges);
}
