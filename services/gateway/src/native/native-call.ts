import { status } from '@grpc/grpc-js';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { MAX_CALL_MS, Place, SHED_RETRY_AFTER_MS, toLoggedStatus, type LoadGate } from '@gatehouse/grpc';
import {
  Status,
  Timed,
  type CallError,
  type CallListener,
  type Deadlines,
  type Metadata,
  type ServerStream,
} from '@gatehouse/http2-grpc';
import type { LiveSet, Member } from '@gatehouse/live-set';
import { httpStatusOf } from '@gatehouse/transcoding';
import { toCallFailure } from '../calls/call-failure.js';
import type { CallForwarder, IncomingCall } from '../calls/call-forwarder.js';
import type { PublicMethod } from '../calls/public-methods.js';
import type { BodyMemory, HeldBody } from '../http/body-memory.js';
import { MAX_HEADERS } from '../http/http-limits.js';
import { refuseRepeated } from '../http/request-head.js';
import type { UnreadAnswers } from '../http/unread-answers.js';
import { gatewayReasons } from '../reasons.js';
import { NativeOrigin, type Telling } from './native-origin.js';
import { RequestMessages } from './request-messages.js';

/** What goes before each message (gRPC over HTTP/2, Length-Prefixed-Message), in bytes. */
const PREFIX = 5;

/** What the calls of a port have in common. */
export interface NativeServing extends Telling {
  readonly forwarder: CallForwarder;
  readonly gate: LoadGate;
  readonly deadlines: Deadlines;
  readonly inFlight: LiveSet<NativeCall>;
  /** Those whose callers have not sent all of their requests. */
  readonly unfinished: LiveSet<NativeCall>;
  /** What requests have until they are answered. */
  readonly memory: BodyMemory;
  /** What replies have until their callers read them. */
  readonly unread: UnreadAnswers;
}

/**
 * A call of gRPC to a method of the contract, from its head to its status. Whoever ends it first is heard: the service, the
 * deadline, a limit, its caller, or the gateway that stops.
 */
export class NativeCall extends Timed implements CallListener, IncomingCall {
  readonly deadline: number;
  readonly origin: NativeOrigin;
  readonly #requests: RequestMessages;
  readonly #held: HeldBody;
  #octets = 0;
  #messages = 0;
  #place: Place | undefined;
  readonly #inFlight: Member;
  readonly #unfinished: Member;
  #isOver = false;
  #hasHead = false;
  #cancel: (() => void) | undefined;
  #read: (() => void) | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly stream: ServerStream,
    readonly method: PublicMethod,
    private readonly serving: NativeServing,
  ) {
    super();
    this.origin = new NativeOrigin(stream, true, serving);
    const { defaultMs } = method.plan;
    const now = performance.now();
    const asked = stream.deadline === Infinity ? now + defaultMs : stream.deadline;
    this.deadline = Math.min(asked, now + MAX_CALL_MS);
    this.#requests = new RequestMessages(() => stream.taken());
    this.#held = serving.memory.open();
    serving.deadlines.add(this);
    this.#inFlight = serving.inFlight.add(this);
    this.#unfinished = serving.unfinished.add(this);
  }

  /** Serves it. */
  begin(): void {
    void this.origin.trace.run(() => this.#serve());
  }

  get isTaking(): boolean {
    return this.#isSingle || this.#requests.isEmpty;
  }

  arriving(octets: number): void {
    this.#octets += octets;
    if (this.#octets > this.method.maxBytes + PREFIX) this.refuse(gatewayReasons.BODY_TOO_LARGE());
    else if (!this.#held.grow(octets)) this.refuse(overloaded());
  }

  message(message: Buffer): void {
    if (++this.#messages > 1 && this.#isSingle) return this.refuse(gatewayReasons.MESSAGE_COUNT());
    // Of a stream only what is incomplete is kept for long.
    if (!this.#isSingle) this.#held.release();
    this.#requests.push(message);
  }

  halfClose(): void {
    this.#unfinished.leave();
    if (this.#isOver) return;
    if (this.#isSingle && this.#messages === 0) return this.refuse(gatewayReasons.MESSAGE_COUNT());
    // A request on its way takes no place among those in work.
    this.#place = new Place(this.serving.gate, this.method.isEssential);
    this.#requests.end();
  }

  sent(): void {
    this.#read?.();
    this.#wake?.();
  }

  failed({ code }: CallError): void {
    const isTooLarge = code === Status.RESOURCE_EXHAUSTED;
    this.refuse(isTooLarge ? gatewayReasons.MESSAGE_TOO_LARGE() : gatewayReasons.FRAME_MALFORMED());
  }

  cancelled(): void {
    if (!this.#isOver) this.#over({ code: status.CANCELLED });
  }

  expire(): void {
    this.refuse(platformReasons.DEADLINE_EXCEEDED());
  }

  /** Ends it with an error, unless it has ended. What its caller has not read yet is not sent. */
  refuse(error: AppError): void {
    if (this.#isOver) return;
    const { origin, stream, serving } = this;
    const sent = toLoggedStatus(error);
    origin.reason = error.logReason ?? error.reason;
    // What a service refuses is its matter; what does not work is told.
    if (error.cause !== undefined && httpStatusOf(error.code) >= 500) {
      const ids = { request_id: origin.requestId, trace_id: origin.traceId, span_id: origin.trace.spanId };
      serving.log.error({ error: error.cause, ...ids }, 'cause');
    }
    this.#over(sent);
    const details = sent.metadata.toHttp2Headers() as Metadata;
    const metadata = this.#hasHead ? details : { ...details, 'x-request-id': origin.requestId };
    stream.cut({ code: sent.code as number as Status, details: sent.details, metadata });
  }

  timeoutMs(): number {
    return this.deadline - performance.now();
  }

  async onlyMessage(): Promise<Uint8Array> {
    const first = await this.#requests.next();
    // It is the only one, or the call is refused.
    await this.#requests.next();
    return first.value as Uint8Array;
  }

  messages(): AsyncIterable<Uint8Array> {
    return this.#requests;
  }

  lasts(): void {
    this.#place?.leave();
  }

  onGone(cancel: () => void): void {
    this.#cancel = cancel;
    if (this.#isOver) cancel();
  }

  sendHead(headers: ReadonlyMap<string, string>): void {
    this.#hasHead = true;
    this.stream.sendHead({ ...Object.fromEntries(headers), 'x-request-id': this.origin.requestId });
  }

  sendMessage(message: Uint8Array): Promise<void> | undefined {
    const { stream } = this;
    stream.sendMessage(message);
    if (!stream.isBehind) return undefined;
    this.#read = this.serving.unread.hold(message.length, () => this.refuse(overloaded()));
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Whether its request is one message. */
  get #isSingle(): boolean {
    return this.method.rpc.methodKind !== 'client_streaming';
  }

  async #serve(): Promise<void> {
    try {
      this.#checkHead();
      await this.serving.forwarder.forward(this);
      if (this.#isOver) return;
      this.#over({ code: status.OK });
      this.stream.end({ code: Status.OK, details: '', metadata: {} });
    } catch (thrown) {
      this.refuse(toCallFailure(thrown));
    } finally {
      // A call that was started goes on when its caller goes, and keeps its place.
      this.#place?.leave();
    }
  }

  #checkHead(): void {
    const { metadata, encoding } = this.stream;
    if (metadata.length > 2 * MAX_HEADERS) throw gatewayReasons.HEADERS_TOO_LARGE();
    // Of one HTTP/2 may make several (RFC 9113, section 8.2.3).
    refuseRepeated(metadata, 'cookie');
    if (encoding !== 'identity') throw gatewayReasons.MESSAGE_ENCODING_UNSUPPORTED();
  }

  #over(sent: Parameters<NativeOrigin['end']>[0]): void {
    this.#isOver = true;
    this.serving.deadlines.remove(this);
    this.#inFlight.leave();
    this.#unfinished.leave();
    this.#held.release();
    this.#read?.();
    this.#requests.fail(gone());
    this.#cancel?.();
    this.#wake?.();
    this.origin.end(sent);
  }
}

/** There is more to do, or to keep, than there is room for. */
export const overloaded = () => platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS });

/** Nobody is told of it: who would be is gone. */
const gone = () => platformReasons.INTERNAL();
