import { status } from '@grpc/grpc-js';
import type { Logger } from '@gatehouse/telemetry';
import type { Call } from '../call.js';
import { reasonOf } from '../error-filter.js';
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
  const line = {
    grpc_service: method.service,
    grpc_method: method.name,
    grpc_code: status[code],
    reason: reasonOf(sent),
    duration_ms: Math.round(durationMs * 1000) / 1000,
    request_id: call?.requestId,
    trace_id: call?.traceId,
    span_id: call?.trace.spanId,
    principal_sub: call?.hasPrincipal ? call.principal.subject : undefined,
    ...from,
  };
  if (code === status.INTERNAL || code === status.UNKNOWN || code === status.DATA_LOSS)
    log.error(line, 'call');
  else log.info(line, 'call');
}
