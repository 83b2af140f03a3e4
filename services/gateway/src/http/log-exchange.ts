import { lineField, writeLine, type Logger } from '@gatehouse/telemetry';
import type { Exchange } from './exchange.js';

/** Writes the one log line of an exchange. No header, query or body is in it. */
export function logExchange(exchange: Exchange, log: Logger): void {
  const { request, status } = exchange;
  const fields =
    lineField('http_method', request.method) +
    lineField('route', exchange.route) +
    lineField('path', exchange.rawPath.slice(0, 256)) +
    lineField('http_status', status) +
    lineField('grpc_path', exchange.grpcPath) +
    lineField('grpc_code', exchange.grpcCode) +
    lineField('reason', exchange.reason) +
    lineField('duration_ms', Math.round((exchange.endedAt - exchange.startedAt) * 1000) / 1000) +
    lineField('request_id', exchange.requestId) +
    lineField('trace_id', exchange.traceId) +
    lineField('span_id', exchange.trace.spanId) +
    lineField('credential', exchange.credential) +
    lineField('principal_sub', exchange.subject) +
    lineField('peer', exchange.peer) +
    lineField('client_address', exchange.clientAddress);
  writeLine(log, status === 500 ? 'error' : 'info', fields, 'request');
}
