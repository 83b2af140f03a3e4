import { status, type Metadata } from '@grpc/grpc-js';
import { fromServiceError, PLATFORM_DOMAIN } from '@gatehouse/errors';

/** What the end of a call says of the replica that it went to. */
export type Verdict = 'answered' | 'failed' | 'unknown';

/** A caller that waits for less gives up on a sound replica too, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * What a status says of the replica and not of the request: one that is asked for missing things, or by somebody who
 * may not, does its work.
 */
export function verdictOf(code: status, metadata: Metadata, durationMs: number): Verdict {
  switch (code) {
    case status.UNAVAILABLE:
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.DATA_LOSS:
      return 'failed';
    case status.DEADLINE_EXCEEDED:
      return durationMs >= PATIENCE_MS ? 'failed' : 'unknown';
    case status.CANCELLED:
      return 'unknown';
    case status.RESOURCE_EXHAUSTED:
      return isOverload(code, metadata) ? 'failed' : 'answered';
    default:
      return 'answered';
  }
}

/** A service that has too much to do says so in the platform's name; in its own it speaks of a caller's limits. */
function isOverload(code: status, metadata: Metadata): boolean {
  if (metadata.get('grpc-status-details-bin').length === 0) return false;
  const { domain } = fromServiceError({ code, metadata, details: '', name: '', message: '' });
  return domain === PLATFORM_DOMAIN;
}
