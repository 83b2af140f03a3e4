import { BlockList } from 'node:net';
import {
  ServerInterceptingCall,
  status,
  type Responder,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js';
import { platformReasons, type AppError } from '@gatehouse/errors';
import type { Logger } from '@gatehouse/telemetry';
import { Call, registerCall } from './call.js';
import { CallMeasures } from './call-measures.js';
import { endCallSpan } from './call-span.js';
import type { CallsInFlight } from './calls-in-flight.js';
import { reasonOf, toLoggedStatus } from './error-filter.js';
import { isEssential } from './load/essential.js';
import type { LoadGate } from './load/load-gate.js';
import { Place } from './load/place.js';
import { COMPRESSED, isCompressed, refusedCall, SHED_RETRY_AFTER_MS } from './load/refused-call.js';
import { isBoundByToken, type ServedMethod } from './served-method.js';
import { MAX_CALL_MS } from './server-limits.js';
import { EDGE } from './transport/who-calls-whom.js';

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

type SentStatus = Parameters<ServerInterceptingCall['sendStatus']>[0];

/**
 * Sees each call from its first to its last moment, refusals included: gives
 * it its {@link Call} with its span, caps its deadline, unless the guard ends it with its access token, measures it and
 * writes its one log line. Calls to methods outside the contract (health, reflection) pass through.
 */
export function callInterceptor(
  methods: ReadonlyMap<string, ServedMethod>,
  log: Logger,
  inFlight: CallsInFlight,
  { trustedProxies = new BlockList(), serviceAt, gate }: Callers = {},
): ServerInterceptor {
  const measures = new CallMeasures('server');
  return (descriptor, nextCall) => {
    const method = methods.get(descriptor.path);
    if (isCompressed(nextCall)) return refusedCall(nextCall, COMPRESSED);
    if (!method) return new ServerInterceptingCall(nextCall);
    const essential = isEssential(method.rule);
    const shed = gate?.refusal(essential);
    if (shed !== undefined) {
      gate?.countShed(shed);
      return refusedCall(nextCall);
    }
    // A stream lasts while there is nothing to do for it.
    const isWork = method.rule.method.methodKind === 'unary';
    let place: Place | undefined;

    const start = performance.now();
    const peer = nextCall.getPeer();
    const now = Date.now();
    const longest = isBoundByToken(method) ? Infinity : now + MAX_CALL_MS;
    const deadline = Math.min(Number(nextCall.getDeadline()), longest);
    let call: Call | undefined;
    let answered = false;

    const finish = (sent: SentStatus) => {
      answered = true;
      clearTimeout(timer);
      place?.leave();
      inFlight.delete(stop);
      call?.end();
      const durationMs = performance.now() - start;
      const measured = measures.method(method.path);
      measures.record(measured, sent.code ?? status.UNKNOWN, durationMs);
      if (call) endCallSpan(call.trace.span, measured, sent);
      logCall(log, method, call, sent, durationMs, { peer, peer_service: serviceAt?.(peer) });
    };
    const listener: ServerListener = {
      onReceiveMetadata: (metadata, next) => {
        // The edge hands on the metadata that it was sent: what they say of an address is anybody's word.
        const believed = serviceAt?.(peer) === EDGE ? new BlockList() : trustedProxies;
        call = new Call(method, metadata, deadline, log, { peer, trustedProxies: believed });
        call.refuseBy(refuse);
        registerCall(call);
        call.trace.run(() => next(metadata));
      },
      // What a handler awaits belongs to the call: grpc-js starts it with the metadata or with the last message.
      onReceiveMessage: (message, next) => {
        // Only now is there work to do; many may have been let in by then.
        if (gate && isWork) {
          const tooLate = gate.refusal(essential);
          if (tooLate !== undefined) {
            gate.countShed(tooLate);
            refuse(platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS }));
            return;
          }
          place = new Place(gate, essential);
        }
        if (call) call.trace.run(() => next(message));
        else next(message);
      },
      onReceiveHalfClose: (next) => (call ? call.trace.run(next) : next()),
      onCancel: () => {
        if (answered) return;
        // The caller's timer or grpc-js's own was faster than ours: no cancellation, although it looks like one.
        const isLate = Date.now() >= deadline - TIMER_SLACK_MS;
        if (isLate) finish(toLoggedStatus(platformReasons.DEADLINE_EXCEEDED()));
        else finish({ code: status.CANCELLED, details: 'the caller is gone' });
      },
    };
    // Whoever answers first is heard: the handler, the deadline, or the server that stops.
    const responder: Responder = {
      start: (next) => next(listener),
      sendMetadata: (metadata, next) => void (answered || next(metadata)),
      sendMessage: (message, next) => {
        if (answered) return;
        call?.pace?.messageSent();
        next(message);
      },
      sendStatus: (sent, next) => {
        if (answered) return;
        finish(sent);
        next(sent);
      },
    };
    const intercepting = new ServerInterceptingCall(nextCall, responder);
    const refuse = (error: AppError) => intercepting.sendStatus(toLoggedStatus(error));
    const stop = () => refuse(platformReasons.STOPPING());
    const expire = () => refuse(platformReasons.DEADLINE_EXCEEDED());
    const timer = deadline === Infinity ? undefined : setTimeout(expire, untilDeadline(deadline - now));
    inFlight.add(stop);
    return intercepting;
  };
}

/** The longest time that a timer of Node takes, in milliseconds; it fires at once for a longer one. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function untilDeadline(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_TIMER_MS);
}

function logCall(
  log: Logger,
  method: ServedMethod,
  call: Call | undefined,
  sent: SentStatus,
  durationMs: number,
  from: { peer: string; peer_service: string | undefined },
): void {
  const code = sent.code ?? status.UNKNOWN;
  const line = {
    grpc_service: method.service,
    grpc_method: method.name,
    grpc_code: status[code],
    reason: reasonOf(sent),
    duration_ms: Math.round(durationMs * 1000) / 1000,
    request_id: call?.requestId,
    trace_id: call?.traceId,
    span_id: call?.trace.spanId,
    principal_sub: call?.hasPrincipal ? call.principal.subject : undefined,
    ...from,
  };
  if (code === status.INTERNAL || code === status.UNKNOWN || code === status.DATA_LOSS)
    log.error(line, 'call');
  else log.info(line, 'call');
}
