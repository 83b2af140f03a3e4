import { OutboundFault } from './outbound-fault.js';
import type { OutboundFetch } from './outbound-fetch.js';

/** How long nothing is asked after an outage, in milliseconds: doubled by each one that follows, up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

const TOO_MANY_REQUESTS = 429;

export interface BreakerOptions {
  readonly fetch: OutboundFetch;
  /** A clock that never goes back, in milliseconds. */
  readonly now?: () => number;
}

/**
 * Keeps from asking a party that does not answer. One outage (no answer in time, no connection, status 429 or one of
 * 500 and above) is enough: after it nobody waits until the pause is over. Then one request tries, and the others are told
 * to come back until that one knows.
 */
export class Breaker {
  readonly #fetch: OutboundFetch;
  readonly #now: () => number;
  #outages = 0;
  #pausedUntil = 0;

  constructor({ fetch, now = () => performance.now() }: BreakerOptions) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** @throws OutboundFault CIRCUIT_OPEN while nothing is asked, or what the request came to */
  readonly fetch: OutboundFetch = async (url, request) => {
    const now = this.#now();
    if (now < this.#pausedUntil) {
      const retryAfterMs = this.#pausedUntil - now;
      throw new OutboundFault('CIRCUIT_OPEN', `${new URL(url).host} did not answer before`, { retryAfterMs });
    }
    // The one that tries; those that come while it does are kept back.
    if (this.#outages > 0) this.#pause();
    try {
      const answer = await this.#fetch(url, request);
      if (answer.status === TOO_MANY_REQUESTS || answer.status >= 500) this.#fail();
      else this.#outages = this.#pausedUntil = 0;
      return answer;
    } catch (error) {
      if (isOutage(error)) this.#fail();
      throw error;
    }
  };

  #fail(): void {
    this.#outages += 1;
    this.#pause();
  }

  #pause(): void {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#outages - 1), LONGEST_PAUSE_MS);
    this.#pausedUntil = this.#now() + pauseMs;
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof OutboundFault && (error.code === 'TIMEOUT' || error.code === 'UNREACHABLE');
}
