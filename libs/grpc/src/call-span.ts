import { status, type Metadata } from '@grpc/grpc-js';
import { SpanStatusCode, type Span } from '@opentelemetry/api';
import type { MeasuredMethod } from './call-measures.js';
import { reasonOf } from './error-filter.js';

/** The codes that are the server's own failure; whoever asked for something wrong is no error of a server. */
const FAILURES: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** Ends the span of a call that was served, with its method, its code and the reason of a refusal. */
export function endCallSpan(
  span: Span,
  { spanAttributes }: MeasuredMethod,
  sent: { code?: status | null; metadata?: Metadata | null },
): void {
  if (span.isRecording()) {
    const code = sent.code ?? status.UNKNOWN;
    const reason = reasonOf(sent);
    span.setAttributes(spanAttributes);
    span.setAttribute('rpc.response.status_code', status[code]);
    if (reason !== undefined) span.setAttribute('gatehouse.reason', reason);
    if (FAILURES.has(code)) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
