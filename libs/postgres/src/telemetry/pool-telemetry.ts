import {
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Histogram,
  type ObservableResult,
  type ObservableUpDownCounter,
  type Span,
} from '@opentelemetry/api';
import type { DriverQuery, Statement } from '../statement.js';
import { ConnectionWait, type WaitInstruments } from './connection-wait.js';
import { errorType } from './error-type.js';
import { summarize, type StatementSummary } from './statement-summary.js';

/** How many connections a pool has, by what they are at. */
export interface ConnectionCount {
  readonly used: number;
  readonly idle: number;
}

/** Upper bounds in seconds (OpenTelemetry semantic conventions, database client metrics). */
const DURATIONS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Enough of a statement to know it by. */
const MAX_TEXT_LENGTH = 1_000;

const SYSTEM = { 'db.system.name': 'postgresql' };

/**
 * What a pool tells of itself: how long statements and connections took, and a span for each statement that is part
 * of a trace. A statement of no request, such as a poll, begins no trace of its own. Values of parameters and texts
 * of errors, which quote them, are told nowhere.
 */
export class PoolTelemetry {
  readonly #tracer = trace.getTracer('gatehouse');
  readonly #duration: Histogram;
  readonly #wait: WaitInstruments;
  readonly #connections: ObservableUpDownCounter;
  readonly #observe: (result: ObservableResult) => void;

  /**
   * @param name tells the pools of a process apart
   * @param count how many connections there are now
   */
  constructor(name: string, count: () => ConnectionCount) {
    const meter = metrics.getMeter('gatehouse');
    const pool = { 'db.client.connection.pool.name': name };
    this.#duration = meter.createHistogram('db.client.operation.duration', {
      description: 'Duration of a statement, from its being asked for to its answer',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATIONS },
    });
    const time = meter.createHistogram('db.client.connection.wait_time', {
      description: 'Time until the pool had a connection for a statement or a transaction',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATIONS },
    });
    this.#wait = { tracer: this.#tracer, time, attributes: pool };
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
    const summary = summarize(statement.query.strings);
    const startedAt = performance.now();
    const attributes = attributesOf(summary);
    const span = trace.getActiveSpan() && this.#startSpan(summary, attributes);
    statement.onSettled((error) => {
      const type = error === undefined ? undefined : errorType(error);
      const seconds = (performance.now() - startedAt) / 1_000;
      this.#duration.record(seconds, type === undefined ? attributes : { ...attributes, 'error.type': type });
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

  #startSpan({ operation, collection }: StatementSummary, attributes: Attributes): Span {
    const name = collection === undefined ? operation : `${operation} ${collection}`;
    return this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });
  }
}

function attributesOf({ operation, collection }: StatementSummary): Attributes {
  const attributes = { ...SYSTEM, 'db.operation.name': operation };
  return collection === undefined ? attributes : { ...attributes, 'db.collection.name': collection };
}

function endSpan(span: Span, { tagged, string }: DriverQuery, type: string | undefined): void {
  if (span.isRecording()) {
    // As the driver sent it, with $1 for each value. What came through `unsafe` may hold values itself.
    if (tagged && string !== undefined)
      span.setAttribute('db.query.text', string.trim().replace(/\s+/g, ' ').slice(0, MAX_TEXT_LENGTH));
    if (type !== undefined) {
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }
  span.end();
}
