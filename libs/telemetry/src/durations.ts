import type { Attributes } from '@opentelemetry/api';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';

/** Upper bounds of the buckets in seconds; OpenTelemetry's for HTTP and RPCs begin at 5 ms, within which most ends here. */
export const BOUNDARIES: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** What is measured. */
export interface DurationsOptions {
  /** The meter that it belongs to. */
  readonly meter: string;
  /** By the semantic conventions of OpenTelemetry where they have one. */
  readonly name: string;
  readonly description: string;
}

/**
 * How long something takes that every request does: a histogram whose series are kept by those who measure. One of
 * OpenTelemetry looks for the series of each measurement, by attributes that it sorts, prints and hashes, which costs a
 * request more than the search for its route. It is told with the metrics of the process all the same.
 */
export class Durations {
  readonly #series = new Map<string, DurationSeries>();

  constructor(readonly options: DurationsOptions) {}

  /** The series of some attributes, which are few and always in the same order. To be kept, not to be asked for again. */
  of(attributes: Attributes): DurationSeries {
    const key = JSON.stringify(attributes);
    const series = this.#series.get(key) ?? new DurationSeries(attributes);
    this.#series.set(key, series);
    return series;
  }

  get series(): readonly DurationSeries[] {
    return [...this.#series.values()];
  }
}

/** The durations that have their attributes in common. */
export class DurationSeries {
  readonly since = Date.now();
  /** By bucket; the last one has no upper bound. */
  readonly counts: number[] = Array.from({ length: BOUNDARIES.length + 1 }, () => 0);
  count = 0;
  sum = 0;

  constructor(readonly attributes: Attributes) {}

  record(seconds: number): void {
    let bucket = 0;
    while (seconds > (BOUNDARIES[bucket] ?? Infinity)) bucket++;
    this.counts[bucket]! += 1;
    this.count++;
    this.sum += seconds;
  }
}

const byName = new Map<string, Durations>();

/** What is measured under a name in this process, by however many. */
export function durations(options: DurationsOptions): Durations {
  const known = byName.get(options.name) ?? new Durations(options);
  byName.set(options.name, known);
  return known;
}

/** All of this process. */
export function allDurations(): Iterable<Durations> {
  return byName.values();
}

/** Tells a reader of OpenTelemetry's metrics of them. Loads what services alone need, as `openTelemetry` does. */
export async function durationsProducer(): Promise<MetricProducer> {
  return (await import('./durations-producer.js')).producer;
}
