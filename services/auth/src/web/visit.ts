import { IncomingMessage, type ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import { trace } from '@opentelemetry/api';
import { clientAddressOf, requestIdOf, RequestTrace } from '@gatehouse/grpc';
import type { Logger } from '@gatehouse/telemetry';
import type { Caller } from '../caller.js';

/** Characters of a user agent that are kept. */
const MAX_USER_AGENT = 512;

const tracer = trace.getTracer('@gatehouse/auth');

const visits = new WeakMap<IncomingMessage, Visit>();

/**
 * Returns the visit that a request began.
 *
 * @throws Error for a request that did not come by the port
 */
export function visitOf(request: IncomingMessage): Visit {
  const visit = visits.get(request);
  if (!visit) throw new Error('the request did not come by the port');
  return visit;
}

/** What all visits have in common. */
export interface VisitSurroundings {
  /** The peers that are believed about the address of their clients: the gateways. */
  readonly trustedProxies: BlockList;
  readonly log: Logger;
}

/** One request of a browser or an OAuth client, and its answer. */
export class Visit {
  readonly startedAt = performance.now();
  /** Names it in logs; the gateway's. */
  readonly requestId: string;
  /** Its part of the W3C trace it belongs to. */
  readonly trace: RequestTrace;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The client's IP address; '' when the connection is gone already. */
  readonly clientAddress: string;
  readonly log: Logger;
  /** The template of its route, once that is found. */
  route: string | undefined;
  /** Why it was refused, for the log: finer than what the caller is told. */
  reason: string | undefined;
  /** The code of a device that the link led here with. */
  userCode: string | undefined;
  /** Who is signed in, once that is known. */
  subject: string | undefined;
  #abort: AbortController | undefined;

  constructor(
    public request: IncomingMessage,
    readonly response: ServerResponse,
    { trustedProxies, log }: VisitSurroundings,
  ) {
    const { headers, socket, url = '/', method = '' } = request;
    this.requestId = requestIdOf(headers['x-request-id']);
    this.trace = new RequestTrace({ tracer, name: method, traceparent: headers.traceparent });
    const mark = url.indexOf('?');
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
    const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
    const said = headers['x-client-address'];
    this.clientAddress = clientAddressOf(peer, said === undefined ? [] : [said], trustedProxies);
    this.log = log;
    visits.set(request, this);
  }

  /**
   * Whoever visits, as handlers know it.
   *
   * @param action what they do, as the audit trail tells it
   */
  caller(action: string): Caller {
    const { clientAddress: address, requestId, log } = this;
    const { traceId } = this.trace;
    return {
      origin: { action, actor: this.subject, address, traceId, requestId },
      address,
      device: (this.request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT),
      signal: this.#signal,
      log,
    };
  }

  /** Goes on as if this had been the body of the request. */
  replaceBody(text: string): void {
    const { method, url, headers, socket } = this.request;
    const body = Buffer.from(text);
    const replayed = Object.assign(new IncomingMessage(socket), { method, url, complete: true });
    replayed.headers = { ...headers, 'content-length': String(body.length) };
    replayed.push(body);
    replayed.push(null);
    visits.set(replayed, this);
    this.request = replayed;
  }

  get #signal(): AbortSignal {
    if (!this.#abort) {
      const abort = (this.#abort = new AbortController());
      this.response.once('close', () => abort.abort());
    }
    return this.#abort.signal;
  }
}
