import type { Attributes } from '@opentelemetry/api';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** One series of a metric: its labels, and what it stands at. */
export interface SpecPoint {
  readonly attributes: Attributes;
  /** The value of a counter or gauge, the sum of a histogram. */
  readonly value: number;
  /** How many measurements a histogram holds; 1 for what is no histogram. */
  readonly count: number;
}

/** What a process would tell of itself, kept in memory. */
export interface SpecTelemetry {
  /** The series of a metric as a scrape would find them now; none for a metric that nobody has recorded. */
  points(name: string): Promise<SpecPoint[]>;
  /** The only series of a metric that has these labels. @throws Error when there is none, or more than one */
  point(name: string, attributes?: Attributes): Promise<SpecPoint>;
  /** What is told of every metric, as text: for what must not be in it. */
  scrape(): Promise<string>;
  /** The spans that have ended, in that order. */
  readonly spans: readonly ReadableSpan[];
  /** Runs `work` in a span of this name, which is ended with it. */
  inSpan<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Forgets the spans. */
  forget(): void;
  /** Ends it, so that the next one can begin. */
  close(): Promise<void>;
}

/**
 * Registers for the suite what `openTelemetry` registers for a process: call it before what it is to measure is made.
 *
 * @param metricProducers what is told besides the instruments of OpenTelemetry
 */
export async function specTelemetry(...metricProducers: readonly MetricProducer[]): Promise<SpecTelemetry> {
  // Loaded when it is asked for: few suites look at what a process tells of itself.
  const { openSpecTelemetry } = await import('./open-spec-telemetry.js');
  return openSpecTelemetry(metricProducers);
}
