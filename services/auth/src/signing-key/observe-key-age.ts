import { metrics, type ObservableResult } from '@opentelemetry/api';

/**
 * Tells how long the key that signs has done so.
 *
 * @param ageMs in milliseconds; undefined while no key signs
 * @returns how to end it
 */
export function observeKeyAge(ageMs: () => number | undefined): () => void {
  const age = metrics.getMeter('gatehouse').createObservableGauge('gatehouse.signing_key.age', {
    description: 'How long the active signing key has been active; NaN while there is none',
    unit: 's',
  });
  // Not left out while there is none: the SDK would go on telling the age of the one before.
  const observe = (result: ObservableResult) => result.observe((ageMs() ?? NaN) / 1_000);
  age.addCallback(observe);
  return () => age.removeCallback(observe);
}
