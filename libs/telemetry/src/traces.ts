import { context, trace, type Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { CallerSampler } from './caller-sampler.js';
import { RatioSampler } from './ratio-sampler.js';

/** Where traces go, and how many. */
export interface TraceOptions {
  /** The collector's endpoint for traces: OTLP over HTTP, in protobuf. */
  readonly url: string;
  /** How many of the traces that begin here are recorded, from 0 to 1. */
  readonly ratio: number;
  /**
   * Whether a caller's wish to have its trace recorded is followed, as it is unless told: not where strangers call,
   * who would decide how much is recorded. Where both call, see `toldByStranger`.
   */
  readonly followCallers?: boolean;
}

/** Spans that wait to be delivered; one more is dropped. A kilobyte each. */
const MAX_QUEUE = 4_096;
const MAX_BATCH = 512;

/** How long spans wait for others to be delivered with, in milliseconds. */
const BATCH_EVERY_MS = 1_000;

/** Bound on one delivery, its repetitions included, in milliseconds. */
const DELIVERY_MS = 5_000;

/**
 * Registers the tracer of this process, and what carries the active span from one asynchronous step to the next.
 *
 * @param described what the process is: `service.name` and such
 * @returns what delivers the rest and ends it
 */
export function openTraces(
  described: Attributes,
  { url, ratio, followCallers = true }: TraceOptions,
): () => Promise<void> {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: DELIVERY_MS, concurrencyLimit: 4 });
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: MAX_QUEUE,
    maxExportBatchSize: MAX_BATCH,
    scheduledDelayMillis: BATCH_EVERY_MS,
    exportTimeoutMillis: DELIVERY_MS,
  });
  const root = new RatioSampler(ratio);
  const remoteParentSampled = followCallers ? new CallerSampler(root) : root;
  const sampler = new ParentBasedSampler({ root, remoteParentSampled });
  const resource = resourceFromAttributes(described);
  const provider = new TracerProvider({ resource, sampler, spanProcessors: [processor] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return async () => {
    trace.disable();
    context.disable();
    await provider.shutdown();
  };
}
