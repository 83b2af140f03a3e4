import { status } from '@grpc/grpc-js';
import { lineField, wordField, writeLine, type Logger } from '@gatehouse/telemetry';
import type { Call } from '../call.js';
import { reasonOf } from '../error-filter.js';
import { faultCodes } from '../fault-codes.js';
import type { ServedMethod } from '../served-method.js';
import type { SentStatus } from './call-life.js';

/** Writes the one line of a call. */
export function logCall(
  log: Logger,
  method: ServedMethod,
  call: Call | undefined,
  sent: SentStatus,
  durationMs: number,
  from: { peer: string; peer_service: string | undefined },
): void {
  const code = sent.code ?? status.UNKNOWN;
  const fields =
    wordField('grpc_service', method.service) +
    wordField('grpc_method', method.name) +
    wordField('grpc_code', status[code]) +
    lineField('reason', reasonOf(sent)) +
    lineField('duration_ms', Math.round(durationMs * 1000) / 1000) +
    wordField('request_id', call?.requestId) +
    wordField('trace_id', call?.traceId) +
    wordField('span_id', call?.trace.spanId) +
    lineField('principal_sub', call?.hasPrincipal ? call.principal.subject : undefined) +
    wordField('peer', from.peer) +
    wordField('peer_service', from.peer_service);
  writeLine(log, faultCodes.has(code) ? 'error' : 'info', fields, 'call');
}
