import { metrics, SpanStatusCode, type Attributes } from '@opentelemetry/api';
import { durations, type DurationSeries } from '@gatehouse/telemetry';
import type { Exchange } from './exchange.js';
import { measuredMethod } from './measured-method.js';

/**
 * Measures the exchanges of an edge: `http.server.request.duration` and `http.server.active_requests`, and ends their
 * spans. Routes are templates: no path, query or ID of anyone is in either.
 */
export class HttpMeasures {
  readonly #durations = durations({
    meter: '@gatehouse/gateway',
    name: 'http.server.request.duration',
    description: 'How long requests took to answer',
  });
  /** Its series by route, method and status. */
  readonly #series = new Map<string | undefined, Map<string, DurationSeries[]>>();
  /** Exchanges under way, by method. */
  readonly #active = new Map<string, number>();

  /** To be made once telemetry is open. */
  constructor() {
    const meter = metrics.getMeter('@gatehouse/gateway');
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
    this.#seriesOf(exchange).record((exchange.endedAt - exchange.startedAt) / 1_000);
  }

  /** Both method and route are of few different ones, and status of what this gateway answers. */
  #seriesOf(exchange: Exchange): DurationSeries {
    const { route, status } = exchange;
    const method = measuredMethod(exchange.request.method);
    let byMethod = this.#series.get(route);
    if (byMethod === undefined) this.#series.set(route, (byMethod = new Map()));
    let byStatus = byMethod.get(method);
    if (byStatus === undefined) byMethod.set(method, (byStatus = []));
    return (byStatus[status] ??= this.#durations.of(attributesOf(exchange)));
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
