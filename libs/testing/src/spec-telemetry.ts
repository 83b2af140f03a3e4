import { context, metrics, trace, type Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  MeterProvider,
  MetricReader,
  type DataPoint,
  type Histogram,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';

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
export function specTelemetry(...metricProducers: readonly MetricProducer[]): SpecTelemetry {
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
