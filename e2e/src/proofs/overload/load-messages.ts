/** What the generator is told to send. */
export interface LoadOrder {
  /** The ports of the gateways, called in turn. */
  readonly ports: readonly number[];
  /** The whole request, as it goes over the wire. */
  readonly request: string;
  /** Open: so many requests are due each second, whatever became of earlier ones. */
  readonly perSecond?: number;
  /** Closed, in place of that: so many connections send their next request when the last is answered. */
  readonly atOnce?: number;
  readonly forMs: number;
  /** How long each of the report's windows is; the whole load is one unless given. */
  readonly windowMs?: number;
}

/** What became of the requests that were due in one second. */
export interface LoadSecond {
  readonly accepted: number;
  /** Answered 503 OVERLOADED. */
  readonly shed: number;
  /** Answered anything else, or not at all. */
  readonly failed: number;
  /** From when they were due, in milliseconds; NaN of none. */
  readonly acceptedP99Ms: number;
}

/** What became of a load. */
export interface LoadReport {
  readonly seconds: readonly LoadSecond[];
  readonly accepted: Latency;
  /** The same by when they were due, of windows of equal length; what is left over at the end is in none. */
  readonly windows: readonly Latency[];
  readonly shed: Latency;
  /** How late requests were sent: the generator's own share of the latencies. */
  readonly lateP99Ms: number;
  /** What failed, by what was answered. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Of all requests, from when they were due. */
export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
