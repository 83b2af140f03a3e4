/** What a request does: only the first may be repeated. */
export type RequestKind = 'read' | 'write' | 'sign-in';

/** What became of the requests of one kind that were due in one second. A line of the load's log. */
export interface Second {
  /** Seconds since 1970. */
  readonly at: number;
  readonly kind: RequestKind;
  /** Requests with an answer that was a success, the repeated ones among them. */
  readonly succeeded: number;
  /** Requests that were sent again, once or more often. */
  readonly repeated: number;
  /** Requests that got no success at all. */
  readonly failed: number;
  /** The longest that one took, from when it was due, in milliseconds. */
  readonly slowestMs: number;
  /** What was met on the way, such as `503` or `ECONNRESET`, those that were repeated included. */
  readonly faults: readonly string[];
}

/** The last line of the load's log. */
export interface LastLine {
  readonly acknowledgedWrites: number;
  /** Of those the ones that could not be read at the end. */
  readonly lostWrites: number;
}
