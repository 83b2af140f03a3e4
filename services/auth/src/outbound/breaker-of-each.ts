import { Breaker } from './breaker.js';
import type { OutboundFetch } from './outbound-fetch.js';

/** Keeps from asking each URL that does not answer, and asks every other one as before. */
export function breakerOfEach(fetch: OutboundFetch): OutboundFetch {
  const breakers = new Map<string, Breaker>();
  return (url, request) => {
    const breaker = breakers.get(url) ?? new Breaker({ fetch });
    breakers.set(url, breaker);
    return breaker.fetch(url, request);
  };
}
