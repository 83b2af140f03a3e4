import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BlockList, Socket } from 'node:net';
import type { Logger } from '@gatehouse/telemetry';
import { originHeaders } from '@gatehouse/transcoding';
import { gatewayReasons } from '../reasons.js';
import { answerBrokenRequest, type ParserError } from './broken-request.js';
import { clientAddressOf } from './client-address.js';
import type { PageAccess } from './cors-policy.js';
import { EndedExchanges } from './ended-exchanges.js';
import { Exchange } from './exchange.js';
import { HttpMeasures } from './http-measures.js';
import type { Intake } from './intake.js';
import { IDLE_SOCKET_MS, MAX_CONNECTIONS, parserLimits } from './http-limits.js';
import { checkRequestHead } from './request-head.js';
import { securityHeaders } from './security-headers.js';
import { ShedRequests } from './shed-request.js';
import { UnreadAnswers } from './unread-answers.js';
import { ProtocolSwitch } from '../native/protocol-switch.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The exchange that a connection is busy with: a property costs less than a WeakMap, which every scavenge walks. */
const BUSY_WITH = Symbol('busy with');

type Connection = Socket & { [BUSY_WITH]?: Exchange | undefined };

/** Who serves the methods of the contract, by their routes or by their names. */
export interface EdgeCalls {
  /** Answers a request that is for them; false, and nothing done, for any other. */
  serve(exchange: Exchange): boolean;
  /** Refuses a request that the edge does not let pass. */
  refuse(exchange: Exchange, error: unknown): void;
}

/** How the edge answers. */
export interface HttpEdgeOptions {
  readonly production: boolean;
  readonly cors: PageAccess;
  /** The proxies that are believed about the address of their clients. */
  readonly trustedProxies: BlockList;
  /** Decides which requests are taken. */
  readonly intake: Pick<Intake, 'refusal'>;
  /** Serves what the contract has. */
  readonly calls: EdgeCalls;
  /** Takes the connections of clients that speak HTTP/2. */
  readonly http2: (socket: Socket) => void;
  readonly log: Logger;
}

/**
 * What every request passes before anyone serves it, and every answer carries, whoever makes it: limits, request ID,
 * security headers, the span and the measurements, the one log line. A route of the contract is served from here;
 * Fastify gets what is left, pages most of all.
 */
export class HttpEdge {
  readonly #options: HttpEdgeOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #shed: ShedRequests;
  readonly #commonHeaders: readonly string[];
  readonly #measures = new HttpMeasures();
  readonly #unread = new UnreadAnswers();
  readonly #ended: EndedExchanges;
  #switch: ProtocolSwitch | undefined;
  #draining = false;

  constructor(options: HttpEdgeOptions) {
    this.#options = options;
    this.#headers = securityHeaders(options.production);
    this.#commonHeaders = Object.entries(this.#headers).flat();
    this.#ended = new EndedExchanges(this.#measures, options.log);
    this.#shed = new ShedRequests(this.#headers);
  }

  /** The server in front of `next`. */
  createServer(next: Listener): Server {
    const server = createServer(parserLimits);
    server.maxConnections = MAX_CONNECTIONS;
    // Node would drop headers above its own count in silence; the edge counts them and refuses.
    server.maxHeadersCount = 0;
    server.setTimeout(IDLE_SOCKET_MS, (socket) => socket.destroy());
    const { calls, http2 } = this.#options;
    this.#switch = new ProtocolSwitch(server, { http2, silent: (socket) => this.#refuseSilent(socket) });
    const serve = (exchange: Exchange) => {
      if (calls.serve(exchange)) return;
      exchange.setCommonHeaders();
      next(exchange.request, exchange.response);
    };
    const refuse = () => {
      throw gatewayReasons.EXPECTATION_UNSUPPORTED();
    };
    server.on('request', (request, response) => this.#admit(request, response, serve));
    server.on('checkContinue', (request, response) => this.#admit(request, response, serve));
    server.on('checkExpectation', (request, response) => this.#admit(request, response, refuse));
    return server;
  }

  /** Answers what Node's parser refuses. */
  onClientError(error: ParserError, socket: Socket): void {
    const { log } = this.#options;
    answerBrokenRequest({
      error,
      socket,
      exchange: (socket as Connection)[BUSY_WITH],
      headers: this.#headers,
      log,
    });
  }

  /** From now on connections end with the answer that is due. */
  drain(): void {
    this.#draining = true;
  }

  /** Ends the connections that nothing was said on yet. */
  closeSilent(): void {
    this.#switch?.close();
  }

  #refuseSilent(socket: Socket): void {
    socket.setTimeout(IDLE_SOCKET_MS, () => socket.destroy());
    this.onClientError(Object.assign(new Error('silent'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
  }

  #admit(request: IncomingMessage, response: ServerResponse, serve: (exchange: Exchange) => void): void {
    const { calls, cors, trustedProxies, intake } = this.#options;
    if (intake.refusal(request) !== undefined) {
      if (cors.origins.length > 0) addOriginHeaders({ request, response }, cors);
      this.#shed.answer(request, response, this.#draining);
      return;
    }
    const clientAddress = clientAddressOf(request, trustedProxies);
    const exchange = new Exchange(request, response, clientAddress, this.#commonHeaders, this.#unread);
    const socket: Connection = request.socket;
    socket[BUSY_WITH] = exchange;
    this.#measures.begin(exchange);
    response.on('close', () => {
      if (socket[BUSY_WITH] === exchange) socket[BUSY_WITH] = undefined;
      exchange.end();
      this.#measures.end(exchange);
      this.#ended.add(exchange);
    });
    try {
      if (this.#draining) exchange.endConnection();
      if (cors.origins.length > 0) {
        exchange.setCommonHeaders();
        addOriginHeaders(exchange, cors);
      }
      checkRequestHead(request);
      exchange.trace.run(() => serve(exchange));
    } catch (error) {
      calls.refuse(exchange, error);
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
