import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { randomHex } from './random-hex.js';

/** `version-traceid-parentid-flags` (W3C Trace Context, section 3.2). */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ZEROS = /^0+$/;

/** Where a caller is in a trace, from its `traceparent`; undefined for none and for one that breaks the grammar. */
export function readTraceparent(value: unknown): SpanContext | undefined {
  const parts = typeof value === 'string' ? TRACEPARENT.exec(value) : null;
  if (!parts) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = parts;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** Returns the `traceparent` value that has a call continue a trace behind a span. */
export function makeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

/** Returns the ID of a trace that begins. */
export function newTraceId(): string {
  return randomHex(16);
}

/** Returns a place in a trace that no tracer gave; unless told otherwise the callee may record what it does. */
export function untracedContext(traceId: string, traceFlags: number = TraceFlags.SAMPLED): SpanContext {
  return { traceId, spanId: randomHex(8), traceFlags };
}
