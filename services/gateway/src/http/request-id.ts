import { randomUUID } from 'node:crypto';

/** A request ID that is taken over from the caller. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** What names a request in logs and answers. @param given the caller's own, which is taken over where it is sound */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
