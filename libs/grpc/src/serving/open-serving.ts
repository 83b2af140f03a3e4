import type { Logger } from '@gatehouse/telemetry';
import { Deadlines } from '@gatehouse/http2-grpc';
import { CallMeasures } from '../call-measures.js';
import { CallsInFlight } from '../calls-in-flight.js';
import { UnfinishedRequests } from '../load/unfinished-requests.js';
import type { Callers, Serving } from './call-life.js';

/** Makes what the calls of one server have in common. To be called once telemetry is open. */
export function openServing(log: Logger, callers: Callers = {}): Serving {
  return {
    log,
    ...callers,
    inFlight: new CallsInFlight(),
    measures: new CallMeasures('server'),
    deadlines: new Deadlines(),
    unfinished: new UnfinishedRequests(),
  };
}
