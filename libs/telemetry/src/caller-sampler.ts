import type { Context } from '@opentelemetry/api';
import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace';
import { isToldByStranger } from './stranger.js';

/** Records what callers want recorded, and of what strangers want a part, as of all that begins here. */
export class CallerSampler implements Sampler {
  /** @param ofStrangers decides for those */
  constructor(private readonly ofStrangers: { shouldSample(): SamplingResult }) {}

  shouldSample(parent: Context): SamplingResult {
    return isToldByStranger(parent)
      ? this.ofStrangers.shouldSample()
      : { decision: SamplingDecision.RECORD_AND_SAMPLED };
  }

  toString(): string {
    return 'CallerSampler';
  }
}
