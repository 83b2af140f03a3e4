import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace';

const RECORDED: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const LEFT_OUT: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

/**
 * Records a part of all traces, by chance and not by the trace ID, which a caller may have chosen. All who serve the
 * trace further on follow its decision, so that traces are whole.
 */
export class RatioSampler implements Sampler {
  /** @param random from 0 up to 1 */
  constructor(
    private readonly ratio: number,
    private readonly random = Math.random,
  ) {}

  shouldSample(): SamplingResult {
    return this.random() < this.ratio ? RECORDED : LEFT_OUT;
  }

  toString(): string {
    return `RatioSampler{${this.ratio}}`;
  }
}
