import {
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type ObservableResult,
  type ObservableUpDownCounter,
  type Span,
} from '@opentelemetry/api';
import { durations } from '@gatehouse/telemetry';
import type { DriverQuery, Statement } from '../statement.js';
import { ConnectionWait, type WaitInstruments } from './connection-wait.js';
import { errorType } from './error-type.js';
import { failed, measured, type MeasuredStatement } from './statement-measures.js';

/** How many connections a pool has, by what they are at. */
export interface ConnectionCount {
  readonly used: number;
  readonly idle: number;
}

/** Enough of a statement to know it by. */
const MAX_TEXT_LENGTH = 1_000;

const WAITS = durations({
  meter: '@gatehouse/postgres',
  name: 'db.client.connection.wait_time',
  description: 'Time until the pool had a connection for a statement or a transaction',
});

/**
 * What a pool tells of itself: how long statements and connections took, and a span for each statement that is part
 * of a trace. A statement of no request, such as a poll, begins no trace of its own. Values of parameters and texts
 * of errors, which quote them, are told nowhere.
 */
export class PoolTelemetry {
  readonly #tracer = trace.getTracer('gatehouse');
  readonly #wait: WaitInstruments;
  readonly #connections: ObservableUpDownCounter;
  readonly #observe: (result: ObservableResult) => void;

  /**
   * @param name tells the pools of a process apart
   * @param count how many connections there are now
   */
  constructor(name: string, count: () => ConnectionCount) {
    const meter = metrics.getMeter('@gatehouse/postgres');
    const pool = { 'db.client.connection.pool.name': name };
    this.#wait = { tracer: this.#tracer, attributes: pool, time: WAITS.of(pool) };
    this.#connections = meter.createObservableUpDownCounter('db.client.connection.count', {
      description: 'Connections of the pool',
      unit: '{connection}',
    });
    this.#observe = (result) => {
      for (const [state, number] of Object.entries(count())) result.observe(number, { ...pool, state });
    };
    this.#connections.addCallback(this.#observe);
  }

  /** Follows a statement to its end. Called before it runs, where the caller's context is active. */
  follow(statement: Statement): void {
    const known = measured(statement.query);
    const startedAt = performance.now();
    const span = trace.getActiveSpan()?.isRecording() ? this.#startSpan(known) : undefined;
    statement.onSettled((error) => {
      const type = error === undefined ? undefined : errorType(error);
      const series = type === undefined ? known.succeeded : failed(known, type);
      series.record((performance.now() - startedAt) / 1_000);
      if (span) endSpan(span, statement.query, type);
    });
  }

  /** Begins to wait for a connection. */
  wait(): ConnectionWait {
    return new ConnectionWait(this.#wait);
  }

  /** Tells of the connections no more. */
  close(): void {
    this.#connections.removeCallback(this.#observe);
  }

  #startSpan({ spanName, attributes }: MeasuredStatement): Span {
    return this.#tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes });
  }
}

function endSpan(span: Span, { tagged, string }: DriverQuery, type: string | undefined): void {
  // As the driver sent it, with $1 for each value. What came through `unsafe` may hold values itself.
  if (tagged && string !== undefined)
    span.setAttribute('db.query.text', string.trim().replace(/\s+/g, ' ').slice(0, MAX_TEXT_LENGTH));
  if (type !== undefined) {
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
