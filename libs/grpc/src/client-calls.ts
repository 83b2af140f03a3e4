import {
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { InterceptingCall, status, type Interceptor } from '@grpc/grpc-js';
import { CallMeasures, type MeasuredMethod } from './call-measures.js';
import { makeTraceparent } from './trace-context.js';

/**
 * Sees calls to peers from their start to their end: each is a CLIENT span and a measurement of
 * `rpc.client.call.duration`, all attempts of the channel together.
 */
export class ClientCalls {
  readonly #measures = new CallMeasures('client');
  readonly #tracer: Tracer = trace.getTracer('@gatehouse/grpc');

  /** Begins a call. @param path `/package.Service/Method` */
  begin(path: string): ClientCall {
    const method = this.#measures.method(path);
    const { spanName, spanAttributes: attributes } = method;
    const span = this.#tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes });
    return new ClientCall(this.#measures, method, span);
  }

  /** The same for a call of a generated client, which alone knows its path. */
  readonly interceptor: Interceptor = (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) => {
        const call = this.begin(options.method_definition.path);
        if (call.traceparent !== undefined) metadata.set('traceparent', call.traceparent);
        next(metadata, {
          onReceiveStatus: (received, pass) => {
            call.end(received.code);
            pass(received);
          },
        });
      },
    });
}

/** A call to a peer that is under way. */
export class ClientCall {
  readonly #start = performance.now();

  constructor(
    private readonly measures: CallMeasures,
    private readonly method: MeasuredMethod,
    private readonly span: Span,
  ) {}

  /** The `traceparent` that the call is to take along; undefined where there is no tracer, and it keeps its own. */
  get traceparent(): string | undefined {
    const own = this.span.spanContext();
    return isSpanContextValid(own) ? makeTraceparent(own) : undefined;
  }

  /** To be called once. */
  end(code: status): void {
    const { measures, method, span } = this;
    measures.record(method, code, performance.now() - this.#start);
    if (span.isRecording()) {
      span.setAttribute('rpc.response.status_code', status[code]);
      if (code !== status.OK) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}
