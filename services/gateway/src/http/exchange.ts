import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestIdOf, RequestTrace, type Place } from '@gatehouse/grpc';
import { trace } from '@opentelemetry/api';
import type { CredentialForm } from '../credential/presented-credential.js';
import { KEPT } from './http-limits.js';
import { measuredMethod } from './measured-method.js';
import { readTarget } from './target.js';
import { UnreadAnswers } from './unread-answers.js';

const tracer = trace.getTracer('@gatehouse/gateway');

/** What an exchange ends with when the caller went before its answer was complete. */
const CLIENT_CLOSED_REQUEST = 499;

/** Why an answer was cut, for the log: its caller read nothing of it, and others need the memory. */
const UNREAD = 'ANSWER_UNREAD';

/** The largest body that is sent in one piece with its head, in octets. */
const MOST_JOINED = 8 * 1024;

/** One request and its answer, with what the log will say of them. */
export class Exchange {
  readonly startedAt = performance.now();
  /** When it was over, on the same clock. */
  endedAt = 0;
  /** What became of it, once it is over: the status of its answer, or that the caller went before that was complete. */
  status = 0;
  /** The address at the other end of the connection. */
  readonly peer: string | undefined;
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
  #hasCommonHeaders = false;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** The client's IP address; '' when its connection is gone already. */
    readonly clientAddress: string,
    /** Names and values of the headers of every answer, by turns. */
    private readonly commonHeaders: readonly string[] = [],
    /** The memory of the answers that are not read yet. */
    private readonly unread: Pick<UnreadAnswers, 'hold'> = new UnreadAnswers(),
  ) {
    this.peer = request.socket.remoteAddress;
    this.requestId = requestIdOf(request.headers['x-request-id']);
    // Its route is not known yet: the span gets its whole name at its end.
    const name = measuredMethod(request.method);
    this.trace = new RequestTrace({ tracer, name, traceparent: request.headers.traceparent });
    ({ rawPath: this.rawPath, query: this.query } = readTarget(request.url ?? ''));
    (request as Carrier)[EXCHANGE] = this;
  }

  /** The W3C trace it belongs to: 32 hexadecimal digits. */
  get traceId(): string {
    return this.trace.traceId;
  }

  /** Sets the headers of every answer, for one that sets others as well: before those. */
  setCommonHeaders(): void {
    const headers = this.#takeCommonHeaders() ?? [];
    for (const [name, value] of pairs(headers)) this.response.setHeader(name, value);
  }

  /** Sets a header besides those of every answer, or in place of one of them. */
  setHeader(name: string, value: string): void {
    this.setCommonHeaders();
    this.response.setHeader(name, value);
  }

  /** The connection ends with its answer. */
  endConnection(): void {
    this.setHeader('connection', 'close');
    this.response.removeHeader(KEPT[0]);
  }

  /**
   * Writes the head of an answer: its headers all at once where none was set before, as they cost as much again one by
   * one. `Vary` adds to what others have set.
   *
   * @param headers names and values by turns
   */
  writeHead(status: number, headers: readonly string[]): void {
    const { response } = this;
    const common = this.#takeCommonHeaders();
    if (common !== undefined) {
      for (const text of headers) common.push(text);
      response.writeHead(status, common);
      return;
    }
    for (const [name, value] of pairs(headers)) {
      if (name === 'vary') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
  }

  /**
   * Ends the answer whose head was written. Node sends a head and bytes as two pieces, which costs more than it does to
   * make a small body text, one character for an octet.
   */
  endWith(body: Buffer): void {
    const { response } = this;
    if (body.length > MOST_JOINED) response.end(body);
    else response.end(body.toString('latin1'), 'latin1');
    const release = this.#holdUnread();
    if (release !== undefined) response.once('close', release);
  }

  /** Writes a part of the body of the answer. Resolves once the caller can take more, or is gone. */
  write(part: string | Uint8Array): Promise<void> | undefined {
    const { response } = this;
    if (part.length === 0 || response.write(part) || response.destroyed) return undefined;
    const release = this.#holdUnread();
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        release?.();
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  /** Counts what was written and has not left. @returns what counts it no more; undefined where there is nothing */
  #holdUnread(): (() => void) | undefined {
    const { request, response } = this;
    // Whose caller is gone waits for nobody.
    if (response.destroyed || response.writableLength === 0) return undefined;
    return this.unread.hold(response.writableLength, () => {
      this.reason = UNREAD;
      // The answer itself may wait for an earlier one, and would stay.
      request.socket.destroy();
    });
  }

  /** It is over. What is told of it later is what is true now. */
  end(): void {
    this.endedAt = performance.now();
    this.status = this.response.writableFinished ? this.response.statusCode : CLIENT_CLOSED_REQUEST;
  }

  /** The headers of every answer; undefined when they are set already. */
  #takeCommonHeaders(): string[] | undefined {
    if (this.#hasCommonHeaders) return undefined;
    this.#hasCommonHeaders = true;
    const kept = this.response.shouldKeepAlive ? KEPT : [];
    return [...this.commonHeaders, 'x-request-id', this.requestId, ...kept];
  }
}

function* pairs(headers: readonly string[]): Generator<[name: string, value: string]> {
  for (let index = 0; index < headers.length; index += 2)
    yield [headers[index] as string, headers[index + 1] as string];
}

const EXCHANGE = Symbol('exchange');

/** A request that has begun an exchange: it is found in no time, and goes with the request. */
type Carrier = IncomingMessage & { [EXCHANGE]?: Exchange };

/**
 * Returns the exchange that a request began.
 *
 * @throws Error for a request that did not come through the edge
 */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = (request as Carrier)[EXCHANGE];
  if (!exchange) throw new Error('the request did not come through the edge');
  return exchange;
}
