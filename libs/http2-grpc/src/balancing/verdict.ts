import { Status } from '../grpc/status.js';

/** What the end of a call says of the replica that it went to. */
export type Verdict = 'answered' | 'failed' | 'unknown';

/** A caller that waits for less gives up on a sound replica too, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * What a status says of the replica and not of the request: one that is asked for missing things, by somebody who may
 * not or too often, does its work. One that has too much to do says UNAVAILABLE.
 */
export function verdictOf(code: number, durationMs: number): Verdict {
  switch (code) {
    case Status.UNAVAILABLE:
    case Status.INTERNAL:
    case Status.UNKNOWN:
    case Status.DATA_LOSS:
      return 'failed';
    case Status.DEADLINE_EXCEEDED:
      return durationMs >= PATIENCE_MS ? 'failed' : 'unknown';
    case Status.CANCELLED:
      return 'unknown';
    default:
      return 'answered';
  }
}
