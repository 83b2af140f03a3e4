import { isSpanContextValid, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { InterceptingCall, status, type Interceptor, type Metadata } from '@grpc/grpc-js';
import { CallMeasures } from './call-measures.js';
import { makeTraceparent } from './trace-context.js';

/**
 * Sees calls to peers from their start to their end: each is a CLIENT span and a measurement of
 * `rpc.client.call.duration`, all attempts of the channel together.
 */
export class ClientCalls {
  readonly #measures = new CallMeasures('client');
  readonly #tracer: Tracer = trace.getTracer('@gatehouse/grpc');

  /**
   * Begins a call.
   *
   * @param path `/package.Service/Method`
   * @param metadata gets the `traceparent` of the call's span; keeps its own where there is no tracer
   * @returns what ends it, to be called once
   */
  begin(path: string, metadata: Metadata): (code: status) => void {
    const method = this.#measures.method(path);
    const { spanName, spanAttributes: attributes } = method;
    const span = this.#tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes });
    const own = span.spanContext();
    if (isSpanContextValid(own)) metadata.set('traceparent', makeTraceparent(own));
    const start = performance.now();
    return (code) => {
      this.#measures.record(method, code, performance.now() - start);
      if (span.isRecording()) {
        span.setAttribute('rpc.response.status_code', status[code]);
        if (code !== status.OK) span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    };
  }

  /** The same for a call of a generated client, which alone knows its path. */
  readonly interceptor: Interceptor = (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) => {
        const end = this.begin(options.method_definition.path, metadata);
        next(metadata, {
          onReceiveStatus: (received, pass) => {
            end(received.code);
            pass(received);
          },
        });
      },
    });
}
