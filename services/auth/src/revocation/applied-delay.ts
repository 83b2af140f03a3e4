import { metrics } from '@opentelemetry/api';

/** Upper bounds in seconds: strict methods promise one second, and ten where a verifier is cut off. */
const DELAYS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 5, 10];

/**
 * How long it takes from a revocation's being written until a verifier enforces it, as auth hears of that: the way of
 * its acknowledgement is in it, so that one clock measures all, and the truth is a little less.
 */
export class AppliedDelay {
  readonly #delay = metrics.getMeter('gatehouse').createHistogram('gatehouse.revocations.applied_delay', {
    description: 'From the writing of a revocation to a verifier that enforces it',
    unit: 's',
    advice: { explicitBucketBoundaries: DELAYS },
  });

  /**
   * @param writtenAt when the oldest of what is enforced now was written, by `performance.now()`
   * @param verifier its client ID; not `service`, which is what scrapes call the target itself
   */
  record(writtenAt: number, verifier: string): void {
    this.#delay.record(Math.max(0, performance.now() - writtenAt) / 1_000, { verifier });
  }
}
