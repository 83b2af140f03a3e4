import { lineField, wordField, writeLine, type Logger } from '@gatehouse/telemetry';
import type { Exchange } from './exchange.js';

/** Writes the one log line of an exchange. No header, query or body is in it. */
export function logExchange(exchange: Exchange, log: Logger): void {
  const { request, status } = exchange;
  const fields =
    wordField('http_method', request.method) +
    wordField('route', exchange.route) +
    lineField('path', exchange.rawPath.slice(0, 256)) +
    lineField('http_status', status) +
    wordField('grpc_path', exchange.grpcPath) +
    wordField('grpc_code', exchange.grpcCode) +
    lineField('reason', exchange.reason) +
    lineField('duration_ms', Math.round((exchange.endedAt - exchange.startedAt) * 1000) / 1000) +
    wordField('request_id', exchange.requestId) +
    wordField('trace_id', exchange.traceId) +
    wordField('span_id', exchange.trace.spanId) +
    wordField('credential', exchange.credential) +
    lineField('principal_sub', exchange.subject) +
    wordField('peer', exchange.peer) +
    wordField('client_address', exchange.clientAddress);
  writeLine(log, status === 500 ? 'error' : 'info', fields, 'request');
}
