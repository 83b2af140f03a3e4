import { once } from 'node:events';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { AddressInfo, BlockList } from 'node:net';
import { SpanStatusCode } from '@opentelemetry/api';
import { platformReasons, toAppError } from '@gatehouse/errors';
import { Place, SHED_RETRY_AFTER_MS, type LoadGate, type Transport } from '@gatehouse/grpc';
import type { Logger } from '@gatehouse/telemetry';
import { sendFailure } from '../pages/failure-page.js';
import type { WebRoutes } from './routes.js';
import { Visit } from './visit.js';

/** What {@link startWeb} starts. */
export interface WebOptions {
  readonly routes: WebRoutes;
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  /** Decides what is taken on, together with the calls. */
  readonly gate: LoadGate;
  readonly trustedProxies: BlockList;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/** The HTTP port, which takes requests. */
export interface RunningWeb {
  readonly port: number;
  /** Finishes what is in flight within the bound. Safe to call twice. */
  stop(): Promise<void>;
}

/** Of the HTTP parser. Gateways call, which have limits for their callers; these are for whoever else gets here. */
const LIMITS: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 9_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 500,
  insecureHTTPParser: false,
  requireHostHeader: true,
  noDelay: true,
};

/** People and programs prove by these who they are: they are taken when others are refused. */
const ESSENTIAL: ReadonlySet<string> = new Set([
  'POST /login',
  'POST /oauth2/token',
  'POST /oauth2/introspect',
]);

/**
 * Starts the port of browsers and OAuth clients.
 *
 * @throws Error when it is taken
 */
export async function startWeb(options: WebOptions): Promise<RunningWeb> {
  const { transport, host, port, drainTimeoutMs } = options;
  const server: Server = transport.httpServer(LIMITS);
  server.on('request', (request, response) => void serve(request, response, options));
  server.listen(port, host);
  await once(server, 'listening');
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    const cut = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
    await closed;
    clearTimeout(cut);
  };
  let stopping: Promise<void> | undefined;
  return { port: (server.address() as AddressInfo).port, stop: () => (stopping ??= stop()) };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: WebOptions): Promise<void> {
  const { gate, routes, log } = options;
  const visit = new Visit(request, response, options);
  const isEssential = ESSENTIAL.has(`${request.method} ${visit.path}`);
  const shed = gate.refusal(isEssential);
  const place = shed === undefined ? new Place(gate, isEssential) : undefined;
  // A gateway opens a connection for each request.
  response.setHeader('connection', 'close');
  response.once('close', () => {
    place?.leave();
    finish(visit, log);
  });
  try {
    if (shed !== undefined) {
      gate.countShed(shed);
      throw platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS });
    }
    await visit.trace.run(() => routes.serve(visit));
  } catch (thrown) {
    sendFailure(visit, toAppError(thrown));
  }
}

/** Ends the span of a visit and writes its one log line. No query, header or form is in them. */
function finish(visit: Visit, log: Logger): void {
  const { request, response, route, reason, trace } = visit;
  const { span } = trace;
  const { method } = request;
  const status = response.statusCode;
  if (span.isRecording()) {
    if (route !== undefined) span.updateName(`${method} ${route}`);
    span.setAttribute('http.response.status_code', status);
    if (reason !== undefined) span.setAttribute('gatehouse.reason', reason);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
  const line = {
    http_method: method,
    route,
    http_status: status,
    reason,
    duration_ms: Math.round((performance.now() - visit.startedAt) * 1000) / 1000,
    request_id: visit.requestId,
    trace_id: trace.traceId,
    span_id: trace.spanId,
    principal_sub: visit.subject,
    client_address: visit.clientAddress,
  };
  if (status === 500) log.error(line, 'request');
  else log.info(line, 'request');
}
