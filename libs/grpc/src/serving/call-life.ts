import { BlockList } from 'node:net';
import { status, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { Timed, type Deadlines } from '@gatehouse/http2-grpc';
import type { Member } from '@gatehouse/live-set';
import { Call, registerCall } from '../call.js';
import type { CallMeasures } from '../call-measures.js';
import { endCallSpan } from '../call-span.js';
import type { CallsInFlight } from '../calls-in-flight.js';
import { toLoggedStatus } from '../error-filter.js';
import { isEssential } from '../load/essential.js';
import type { LoadGate } from '../load/load-gate.js';
import { Place } from '../load/place.js';
import { SHED_RETRY_AFTER_MS } from '../load/refused-call.js';
import type { UnfinishedRequests } from '../load/unfinished-requests.js';
import { isBoundByToken, type ServedMethod } from '../served-method.js';
import { MAX_CALL_MS } from '../server-limits.js';
import { EDGE } from '../transport/who-calls-whom.js';
import type { Logger } from '@gatehouse/telemetry';
import { logCall } from './log-call.js';

/** How far the timers of one deadline may be apart, in milliseconds. */
const TIMER_SLACK_MS = 25;

/** What is known of those who call. */
export interface Callers {
  /** The peers that are believed about the client's address; none unless given. */
  readonly trustedProxies?: BlockList;
  /** The service that proved itself at the far end of a connection, by `address:port`. */
  readonly serviceAt?: (peer: string) => string | undefined;
  /** Decides which calls are taken; all unless given. */
  readonly gate?: LoadGate;
}

/** What the calls of one server have in common. */
export interface Serving extends Callers {
  readonly log: Logger;
  readonly inFlight: CallsInFlight;
  readonly measures: CallMeasures;
  readonly deadlines: Deadlines;
  readonly unfinished: UnfinishedRequests;
}

/** How a call is answered, by whatever brought it. */
export interface Answering {
  /** Sends the status of a call that nobody else has answered. */
  answer(sent: StatusObject): void;
}

/** A status as it is sent: parts of it may be missing. */
export type SentStatus = Partial<{ [K in keyof StatusObject]: StatusObject[K] | null }>;

const NOBODY = new BlockList();

/**
 * A call to a method of the contract from its first to its last moment, refusals included: it has its {@link Call} with
 * its span, ends at the latest when the deadline says or {@link MAX_CALL_MS}, unless the guard ends it with its access
 * token, is measured and has one line in the log. Whoever answers first is heard: the handler, the deadline, or the server
 * that stops.
 */
export class CallLife extends Timed {
  readonly deadline: number;
  /** Once its metadata is there. */
  call: Call | undefined;
  isAnswered = false;
  readonly #start = performance.now();
  readonly #isEssential: boolean;
  readonly #inFlight: Member;
  #place: Place | undefined;

  /**
   * @param peer `address:port`
   * @param callerDeadline in milliseconds of `performance.now()`; Infinity for none
   */
  constructor(
    private readonly method: ServedMethod,
    private readonly serving: Serving,
    private readonly peer: string,
    callerDeadline: number,
    private readonly answering: Answering,
  ) {
    super();
    this.#isEssential = isEssential(method.rule);
    const longest = isBoundByToken(method) ? Infinity : this.#start + MAX_CALL_MS;
    this.deadline = Math.min(callerDeadline, longest);
    serving.deadlines.add(this);
    this.#inFlight = serving.inFlight.add(this);
  }

  /** The metadata is there. */
  begin(metadata: Metadata): Call {
    const { method, deadline, peer } = this;
    const { log, serviceAt, trustedProxies = NOBODY } = this.serving;
    // The edge hands on the metadata that it was sent: what they say of an address or a trace is anybody's word.
    const isStranger = serviceAt?.(peer) === EDGE;
    const believed = isStranger ? NOBODY : trustedProxies;
    const call = new Call(method, metadata, deadline, log, { peer, trustedProxies: believed, isStranger });
    call.refuseBy((error) => this.refuse(error));
    registerCall(call);
    return (this.call = call);
  }

  /** The request is there, and with it work. @returns false when it is too much by now, and the call refused */
  arrive(): boolean {
    const { gate } = this.serving;
    // A stream lasts while there is nothing to do for it.
    if (gate === undefined || this.method.rule.method.methodKind !== 'unary') return true;
    const tooLate = gate.refusal(this.#isEssential);
    if (tooLate !== undefined) {
      gate.countShed(tooLate);
      this.refuse(platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS }));
      return false;
    }
    this.#place = new Place(gate, this.#isEssential);
    return true;
  }

  /** Its caller is gone. */
  cancel(): void {
    if (this.isAnswered) return;
    // The caller's timer or the transport's was faster than ours: no cancellation, although it looks like one.
    const isLate = performance.now() >= this.deadline - TIMER_SLACK_MS;
    if (isLate) this.finish(toLoggedStatus(platformReasons.DEADLINE_EXCEEDED()));
    else this.finish({ code: status.CANCELLED, details: 'the caller is gone' });
  }

  refuse(error: AppError): void {
    if (!this.isAnswered) this.answering.answer(toLoggedStatus(error));
  }

  stop(): void {
    this.refuse(platformReasons.STOPPING());
  }

  expire(): void {
    this.refuse(platformReasons.DEADLINE_EXCEEDED());
  }

  /** It is answered. */
  finish(sent: SentStatus): void {
    const { call, method, peer, serving } = this;
    this.isAnswered = true;
    this.#place?.leave();
    serving.deadlines.remove(this);
    this.#inFlight.leave();
    call?.end();
    const durationMs = performance.now() - this.#start;
    const measured = serving.measures.method(method.path);
    serving.measures.record(measured, sent.code ?? status.UNKNOWN, durationMs);
    if (call) endCallSpan(call.trace.span, measured, sent);
    logCall(serving.log, method, call, sent, durationMs, { peer, peer_service: serving.serviceAt?.(peer) });
  }
}

/** Whether a call is refused before anything of it is read, as there is too much to do. */
export function isShed({ gate }: Serving, method: ServedMethod): boolean {
  const cause = gate?.refusal(isEssential(method.rule));
  if (cause !== undefined) gate?.countShed(cause);
  return cause !== undefined;
}
