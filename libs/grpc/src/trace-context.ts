import { randomBytes } from 'node:crypto';

/** `version-traceid-parentid-flags` (W3C Trace Context, section 3.2). */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ZERO_TRACE = '0'.repeat(32);

/** Returns the trace ID of a `traceparent` value, or a new one where there is none. */
export function readTraceId(traceparent: unknown): string {
  const id = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return id && id !== ZERO_TRACE ? id : randomBytes(16).toString('hex');
}

/** Returns a `traceparent` value that continues a trace in a further call. */
export function makeTraceparent(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}
