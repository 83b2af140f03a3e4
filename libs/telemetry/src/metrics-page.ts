import { diag } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { MetricReader, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { producer } from './durations-producer.js';

/** How long the metrics may take that are looked up, in milliseconds. */
const LOOK_UP_MS = 3_000;

/** The metrics of a process as Prometheus reads them. */
export class MetricsPage {
  /** To be given to the meter provider. */
  readonly reader: MetricReader = new PrometheusExporter({
    preventServerStart: true,
    metricProducers: [producer],
  });
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  /** Never waits long for a metric that is looked up: the page then comes without it. */
  async read(): Promise<string> {
    const { resourceMetrics, errors } = await this.reader.collect({ timeoutMillis: LOOK_UP_MS });
    for (const error of errors) diag.warn('a metric cannot be read:', String(error));
    return this.#serializer.serialize(withUnits(resourceMetrics));
  }
}

/** How Prometheus calls the units in use (UCUM). */
const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * Ends the name of each metric with its unit, which the exporter leaves out: a reader of Prometheus sees nothing else
 * of it (OpenTelemetry, Prometheus and OpenMetrics Compatibility, Metric Metadata).
 */
function withUnits(resourceMetrics: ResourceMetrics): ResourceMetrics {
  const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.map((metric) => {
      const unit = UNITS[metric.descriptor.unit];
      if (unit === undefined) return metric;
      return { ...metric, descriptor: { ...metric.descriptor, name: `${metric.descriptor.name}.${unit}` } };
    }),
  }));
  return { ...resourceMetrics, scopeMetrics };
}
