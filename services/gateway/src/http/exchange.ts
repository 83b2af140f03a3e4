import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestTrace } from '@gatehouse/grpc';
import { trace } from '@opentelemetry/api';
import type { Place } from '@gatehouse/grpc';
import type { CredentialForm } from '../credential/presented-credential.js';
import { measuredMethod } from './measured-method.js';
import { readTarget } from './target.js';

const tracer = trace.getTracer('@gatehouse/gateway');

/** What an exchange ends with when the caller went before its answer was complete. */
const CLIENT_CLOSED_REQUEST = 499;

/** A request ID that is taken over from the caller. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** One request and its answer, with what the log will say of them. */
export class Exchange {
  readonly startedAt = performance.now();
  /** Names the exchange in logs and answers; the caller's own when it sent a sound one. */
  readonly requestId: string;
  /** Its part of the W3C trace it belongs to. */
  readonly trace: RequestTrace;
  /** The path as it came, still percent-encoded. */
  readonly rawPath: string;
  /** The query without its "?", still encoded. */
  readonly query: string;
  /** The template of the route, once it is found. */
  route: string | undefined;
  /** The gRPC path of the method, once the route is found. */
  grpcPath: string | undefined;
  /** The name of the gRPC code of the answer. */
  grpcCode: string | undefined;
  /** Why it was refused, for the log: finer than what the caller is told. */
  reason: string | undefined;
  /** What the caller presented, once it is read; a public method reads none. */
  credential: CredentialForm | undefined;
  /** Its place among those in work, while it is in work. */
  place: Place | undefined;
  /** The verified caller. */
  subject: string | undefined;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** The client's IP address; '' when its connection is gone already. */
    readonly clientAddress: string,
  ) {
    const given = request.headers['x-request-id'];
    this.requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    // Its route is not known yet: the span gets its whole name at its end.
    const name = measuredMethod(request.method);
    this.trace = new RequestTrace({ tracer, name, traceparent: request.headers.traceparent });
    ({ rawPath: this.rawPath, query: this.query } = readTarget(request.url ?? ''));
    exchanges.set(request, this);
  }

  /** The W3C trace it belongs to: 32 hexadecimal digits. */
  get traceId(): string {
    return this.trace.traceId;
  }

  /** What became of it: the status of its answer, or that the caller went before that was complete. */
  get status(): number {
    return this.response.writableFinished ? this.response.statusCode : CLIENT_CLOSED_REQUEST;
  }
}

const exchanges = new WeakMap<IncomingMessage, Exchange>();

/**
 * Returns the exchange that a request began.
 *
 * @throws Error for a request that did not come through the edge
 */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (!exchange) throw new Error('the request did not come through the edge');
  return exchange;
}
