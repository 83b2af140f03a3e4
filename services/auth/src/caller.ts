import type { Call } from '@gatehouse/grpc';
import type { Logger } from '@gatehouse/telemetry';
import { originOf, type Origin } from './audit/audit-event.store.js';

/** Whoever asks for something, before anything is known of them: by an RPC, or on a page. */
export interface Caller {
  /** What they do, as the audit trail tells it. */
  readonly origin: Origin;
  /** The IP address of the client; '' where there is none. */
  readonly address: string;
  /** What the client says it is; '' when it says nothing. */
  readonly device: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Returns whoever makes a call. */
export function callerOf(call: Call): Caller {
  return {
    origin: originOf(call),
    address: call.clientAddress,
    device: call.userAgent,
    signal: call.signal,
    log: call.log,
  };
}
