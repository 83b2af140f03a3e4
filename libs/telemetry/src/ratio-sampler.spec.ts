import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { RatioSampler } from './ratio-sampler.js';

describe('the ratio of traces that are recorded', () => {
  const recorded = (ratio: number, chance: number) =>
    new RatioSampler(ratio, () => chance).shouldSample().decision === SamplingDecision.RECORD_AND_SAMPLED;

  it.each([
    [0, 0, false],
    [0.25, 0.24, true],
    [0.25, 0.25, false],
    [1, 0.999_999, true],
  ])('%p at a chance of %p: %p', (ratio, chance, expected) => {
    expect(recorded(ratio, chance)).toBe(expected);
  });
});
