import { metrics, SpanStatusCode, type Attributes, type Histogram } from '@opentelemetry/api';
import type { Exchange } from './exchange.js';
import { measuredMethod } from './measured-method.js';

/** Upper bounds in seconds; OpenTelemetry's for HTTP begin at 5 ms, within which most requests here end. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Measures the exchanges of an edge: `http.server.request.duration` and `http.server.active_requests`, and ends their
 * spans. Routes are templates: no path, query or ID of anyone is in either.
 */
export class HttpMeasures {
  readonly #durations: Histogram;
  /** Exchanges under way, by method. */
  readonly #active = new Map<string, number>();

  /** To be made once telemetry is open. */
  constructor() {
    const meter = metrics.getMeter('@gatehouse/gateway');
    this.#durations = meter.createHistogram('http.server.request.duration', {
      unit: 's',
      description: 'How long requests took to answer',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
    meter
      .createObservableUpDownCounter('http.server.active_requests', {
        unit: '{request}',
        description: 'Requests that are not answered yet',
      })
      .addCallback((result) => {
        for (const [method, count] of this.#active) result.observe(count, { 'http.request.method': method });
      });
  }

  begin({ request }: Exchange): void {
    this.#count(measuredMethod(request.method), 1);
  }

  /** Ends its span. */
  end(exchange: Exchange): void {
    const { request, route, status, trace, reason } = exchange;
    const method = measuredMethod(request.method);
    this.#count(method, -1);
    const { span } = trace;
    if (span.isRecording()) {
      if (route !== undefined) span.updateName(`${method} ${route}`);
      span.setAttributes(attributesOf(exchange));
      if (reason !== undefined) span.setAttribute('gatehouse.reason', reason);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  /** Counts its time. */
  record(exchange: Exchange): void {
    this.#durations.record((exchange.endedAt - exchange.startedAt) / 1_000, attributesOf(exchange));
  }

  #count(method: string, change: 1 | -1): void {
    this.#active.set(method, (this.#active.get(method) ?? 0) + change);
  }
}

function attributesOf({ request, route, status }: Exchange): Attributes {
  const attributes: Attributes = {
    'http.request.method': measuredMethod(request.method),
    'http.response.status_code': status,
  };
  if (route !== undefined) attributes['http.route'] = route;
  return attributes;
}
