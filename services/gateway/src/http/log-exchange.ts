import type { Logger } from '@gatehouse/telemetry';
import type { Exchange } from './exchange.js';

/** Writes the one log line of an exchange. No header, query or body is in it. */
export function logExchange(exchange: Exchange, log: Logger): void {
  const { request, status } = exchange;
  const line = {
    http_method: request.method,
    route: exchange.route,
    path: exchange.rawPath.slice(0, 256),
    http_status: status,
    grpc_path: exchange.grpcPath,
    grpc_code: exchange.grpcCode,
    reason: exchange.reason,
    duration_ms: Math.round((exchange.endedAt - exchange.startedAt) * 1000) / 1000,
    request_id: exchange.requestId,
    trace_id: exchange.traceId,
    span_id: exchange.trace.spanId,
    credential: exchange.credential,
    principal_sub: exchange.subject,
    peer: exchange.peer,
    client_address: exchange.clientAddress,
  };
  if (status === 500) log.error(line, 'request');
  else log.info(line, 'request');
}
