import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BlockList, Socket } from 'node:net';
import type { Logger } from '@gatehouse/telemetry';
import { originHeaders } from '@gatehouse/transcoding';
import { gatewayReasons } from '../reasons.js';
import { answerBrokenRequest, type ParserError } from './broken-request.js';
import { clientAddressOf } from './client-address.js';
import type { PageAccess } from './cors-policy.js';
import { Exchange } from './exchange.js';
import { HttpMeasures } from './http-measures.js';
import type { Intake } from './intake.js';
import { IDLE_SOCKET_MS, MAX_CONNECTIONS, parserLimits } from './http-limits.js';
import { logExchange } from './log-exchange.js';
import { checkRequestHead } from './request-head.js';
import { securityHeaders } from './security-headers.js';
import { sendProblem } from './send-problem.js';
import { ShedRequests } from './shed-request.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** How the edge answers. */
export interface HttpEdgeOptions {
  readonly production: boolean;
  readonly cors: PageAccess;
  /** The proxies that are believed about the address of their clients. */
  readonly trustedProxies: BlockList;
  /** Decides which requests are taken. */
  readonly intake: Pick<Intake, 'refusal'>;
  readonly log: Logger;
}

/**
 * What every request passes before Fastify sees it, and every answer carries, whoever makes it: limits, request ID,
 * security headers, the span and the measurements, the one log line.
 */
export class HttpEdge {
  readonly #options: HttpEdgeOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #shed: ShedRequests;
  readonly #measures = new HttpMeasures();
  /** The exchange that a connection is busy with. */
  readonly #current = new WeakMap<object, Exchange>();
  #draining = false;

  constructor(options: HttpEdgeOptions) {
    this.#options = options;
    this.#headers = securityHeaders(options.production);
    this.#shed = new ShedRequests(this.#headers);
  }

  /** The server in front of `next`. */
  createServer(next: Listener): Server {
    const server = createServer(parserLimits);
    server.maxConnections = MAX_CONNECTIONS;
    // Node would drop headers above its own count in silence; the edge counts them and refuses.
    server.maxHeadersCount = 0;
    server.setTimeout(IDLE_SOCKET_MS, (socket) => socket.destroy());
    for (const event of ['request', 'checkContinue']) {
      server.on(event, (request: IncomingMessage, response: ServerResponse) =>
        this.#admit(request, response, next),
      );
    }
    server.on('checkExpectation', (request, response) =>
      this.#admit(request, response, () => {
        throw gatewayReasons.EXPECTATION_UNSUPPORTED();
      }),
    );
    return server;
  }

  /** Answers what Node's parser refuses. */
  onClientError(error: ParserError, socket: Socket): void {
    const { log } = this.#options;
    answerBrokenRequest({ error, socket, exchange: this.#current.get(socket), headers: this.#headers, log });
  }

  /** From now on connections end with the answer that is due. */
  drain(): void {
    this.#draining = true;
  }

  #admit(request: IncomingMessage, response: ServerResponse, next: Listener): void {
    const { log, cors, trustedProxies, intake } = this.#options;
    if (intake.refusal(request) !== undefined) {
      if (cors.origins.length > 0) addOriginHeaders({ request, response }, cors);
      this.#shed.answer(request, response, this.#draining);
      return;
    }
    const exchange = new Exchange(request, response, clientAddressOf(request, trustedProxies));
    this.#current.set(request.socket, exchange);
    this.#measures.begin(exchange);
    response.once('close', () => {
      if (this.#current.get(request.socket) === exchange) this.#current.delete(request.socket);
      this.#measures.end(exchange);
      logExchange(exchange, log);
    });
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    response.setHeader('x-request-id', exchange.requestId);
    if (this.#draining) response.setHeader('connection', 'close');
    try {
      if (cors.origins.length > 0) addOriginHeaders(exchange, cors);
      checkRequestHead(request);
      exchange.trace.run(() => next(request, response));
    } catch (error) {
      sendProblem(exchange, error, log);
    }
  }
}

function addOriginHeaders(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  policy: PageAccess,
): void {
  for (const [name, value] of Object.entries(originHeaders(request.headers.origin ?? '', policy))) {
    response.setHeader(name, value);
  }
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-expose-headers', policy.exposed.join(', '));
  }
}
