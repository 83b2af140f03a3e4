import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { allDurations, BOUNDARIES, type Durations, type DurationSeries } from './durations.js';

/** All {@link Durations} of this process, as OpenTelemetry has histograms. */
export const producer: MetricProducer = {
  collect: async () => {
    const now = Date.now();
    const measured = [...allDurations()].filter(({ series }) => series.length > 0);
    const scopeMetrics = measured.map((durations) => ({
      scope: { name: durations.options.meter },
      metrics: [toMetric(durations, now)],
    }));
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  },
};

function toMetric({ options, series }: Durations, now: number): HistogramMetricData {
  const { name, description } = options;
  return {
    descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: series.map((one) => toPoint(one, now)),
  };
}

function toPoint({ since, attributes, counts, count, sum }: DurationSeries, now: number) {
  return {
    startTime: toHrTime(since),
    endTime: toHrTime(now),
    attributes,
    value: { buckets: { boundaries: [...BOUNDARIES], counts: [...counts] }, count, sum },
  };
}

/** Seconds and nanoseconds. */
function toHrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6];
}
