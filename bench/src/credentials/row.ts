import type { CallCpu } from './call-costs.js';
import type { Name } from './contestants.js';

/** What was measured of one contestant, rounded as it is shown. */
export interface Row {
  readonly name: Name;
  /** Microseconds per call. */
  readonly cpu: CallCpu;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Statements per call. */
  readonly statements: number;
  /** Bytes per call: of the request, of what the gateway and of what the service sends on. */
  readonly requestBytes: number;
  readonly gatewayBytes: number;
  readonly serviceBytes: number;
  /** Milliseconds. */
  readonly revokedAfter: number;
  /** Percent of calls. */
  readonly withoutAuth: number;
  readonly withoutDatabase: number;
}
