import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { toldByStranger } from '@gatehouse/telemetry';
import { makeTraceparent, newTraceId, readTraceparent, untracedContext } from './trace-context.js';

/** How a request that is served appears in its trace. */
export interface RequestTraceOptions {
  readonly tracer: Tracer;
  /** The name of its span: few different ones, so never with an ID in it. */
  readonly name: string;
  /** The `traceparent` that came with the request, whatever it is. */
  readonly traceparent: unknown;
  /** Whether it may be anybody's, who is not to decide that the trace is recorded. */
  readonly isStranger?: boolean;
  readonly attributes?: Attributes;
}

/**
 * The part of a trace that is the serving of one request: goes on where the caller's `traceparent` says, and begins a
 * trace where that is absent or unsound (W3C Trace Context, section 3.2). Without a registered tracer there is no
 * span, and the trace has its ID all the same.
 */
export class RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits; undefined without a tracer. */
  readonly spanId: string | undefined;
  /** To be ended by whoever answers the request. */
  readonly span: Span;
  readonly #own: SpanContext | undefined;
  readonly #callerFlags: number | undefined;
  readonly #context: Context | undefined;

  constructor({ tracer, name, traceparent, isStranger = false, attributes }: RequestTraceOptions) {
    const caller = readTraceparent(traceparent);
    const told = caller ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
    const parent = isStranger ? toldByStranger(told) : told;
    this.span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    const own = this.span.spanContext();
    // Without a tracer the span is the caller's, or has an ID of zeros.
    const isTraced = own.spanId !== caller?.spanId && isSpanContextValid(own);
    this.#own = isTraced ? own : undefined;
    this.#callerFlags = caller?.traceFlags;
    this.#context = isTraced ? trace.setSpan(ROOT_CONTEXT, this.span) : undefined;
    this.traceId = isTraced ? own.traceId : (caller?.traceId ?? newTraceId());
    this.spanId = isTraced ? own.spanId : undefined;
  }

  /** The `traceparent` of calls that are made for the request. */
  get traceparent(): string {
    return makeTraceparent(this.#own ?? untracedContext(this.traceId, this.#callerFlags));
  }

  /** Runs a function whose spans, and those of all that it awaits, are children of this one. */
  run<Result>(serve: () => Result): Result {
    return this.#context ? context.with(this.#context, serve) : serve();
  }
}
