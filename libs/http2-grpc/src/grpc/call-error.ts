import { NO_ENTRIES, type Entries } from './entries.js';
import type { Status } from './status.js';

/** How a call failed. */
export class CallError extends Error {
  constructor(
    readonly code: Status,
    /** What went wrong, for people: the service's words, or those of this library. */
    readonly details: string,
    /** What the service sent with it. */
    readonly metadata: Entries = NO_ENTRIES,
  ) {
    super(details);
    this.name = 'CallError';
  }
}
