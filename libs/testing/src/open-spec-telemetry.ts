import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  MeterProvider,
  MetricReader,
  type DataPoint,
  type Histogram,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpecPoint, SpecTelemetry } from './spec-telemetry.js';

/** Registers it, and reads from it. */
export function openSpecTelemetry(metricProducers: readonly MetricProducer[]): SpecTelemetry {
  const reader = new ScrapedReader({ metricProducers: [...metricProducers] });
  const meters = new MeterProvider({ readers: [reader] });
  const exporter = new InMemorySpanExporter();
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  metrics.setGlobalMeterProvider(meters);
  trace.setGlobalTracerProvider(tracers);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'a metric cannot be read');
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  };
  const points = async (name: string) =>
    (await collect())
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => (dataPoints as DataPoint<number | Histogram>[]).map(toPoint));
  return {
    points,
    point: async (name, attributes = {}) => {
      const found = (await points(name)).filter((point) =>
        Object.entries(attributes).every(([label, value]) => point.attributes[label] === value),
      );
      const [only] = found;
      if (!only || found.length > 1) throw new Error(`${name} has ${found.length} such series`);
      return only;
    },
    scrape: async () => JSON.stringify(await collect()),
    get spans() {
      return exporter.getFinishedSpans();
    },
    inSpan: (name, work) =>
      trace.getTracer('spec').startActiveSpan(name, (span) => work().finally(() => span.end())),
    forget: () => exporter.reset(),
    close: async () => {
      metrics.disable();
      trace.disable();
      context.disable();
      await Promise.all([meters.shutdown(), tracers.shutdown()]);
    },
  };
}

/** Tells what there is when it is asked. */
class ScrapedReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

function toPoint({ attributes, value }: DataPoint<number | Histogram>): SpecPoint {
  return typeof value === 'number'
    ? { attributes, value, count: 1 }
    : { attributes, value: value.sum ?? 0, count: value.count };
}
