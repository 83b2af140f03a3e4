import { Status } from '../grpc/status.js';
import type { CallError } from '../grpc/call-error.js';
import { entriesByName } from '../grpc/entries.js';

/** Attempts of a call that is made again, the first included. */
const MAX_ATTEMPTS = 3;

/** How long the second attempt waits at most, in milliseconds; each further one twice as long, up to the last. */
const INITIAL_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 500;

/** The budget: what failures take out of it, and what answers put back (gRFC A6, Throttling Retry Attempts). */
const MAX_TOKENS = 10;
const TOKEN_RATIO = 0.1;

const PUSHBACK = 'grpc-retry-pushback-ms';

/**
 * Which calls are made again (gRFC A6), within a budget: where much fails, nothing is repeated, or the repetitions would
 * keep down what is about to get up.
 */
export class Retries {
  #tokens = MAX_TOKENS;

  /** A call ended well. */
  succeeded(): void {
    this.#tokens = Math.min(MAX_TOKENS, this.#tokens + TOKEN_RATIO);
  }

  /**
   * An attempt failed.
   *
   * @param attempts how many there were
   * @param isIdempotent whether the call may be made again
   * @returns how long the next one waits, in milliseconds; undefined when there is none
   */
  failed(error: CallError, attempts: number, isIdempotent: boolean): number | undefined {
    if (!isRetryable(error.code)) return undefined;
    const pushback = pushbackOf(error);
    this.#tokens = Math.max(0, this.#tokens - 1);
    const hasBudget = this.#tokens > MAX_TOKENS / 2;
    if (!isIdempotent || !hasBudget || attempts >= MAX_ATTEMPTS || pushback === 'never') return undefined;
    if (pushback !== undefined) return pushback;
    const longest = Math.min(INITIAL_BACKOFF_MS * 2 ** (attempts - 1), MAX_BACKOFF_MS);
    return Math.random() * longest;
  }
}

/** INTERNAL as well: that is what a call gets when another one's end takes the connection with it. */
function isRetryable(code: Status): boolean {
  return code === Status.UNAVAILABLE || code === Status.INTERNAL;
}

/** When the service wants the call again, in milliseconds (gRFC A6, Pushback). */
function pushbackOf({ metadata }: CallError): number | 'never' | undefined {
  if (metadata.length === 0) return undefined;
  const [value] = entriesByName(metadata).get(PUSHBACK) ?? [];
  if (value === undefined) return undefined;
  return /^\d{1,9}$/.test(value) ? Number(value) : 'never';
}
