import { randomHex } from './random-hex.js';

/** A request ID that is taken over from the caller. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** What names a request in logs and answers. @param given the caller's own, which is taken over where it is sound */
export function requestIdOf(given: unknown): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newRequestId();
}

/** Returns a name for a request: 32 hexadecimal digits, a quarter of the time of a UUID with its dashes. */
export function newRequestId(): string {
  return randomHex(16);
}
