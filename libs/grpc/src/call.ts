import type { BlockList } from 'node:net';
import type { Metadata } from '@grpc/grpc-js';
import { trace } from '@opentelemetry/api';
import type { AppError } from '@gatehouse/errors';
import type { Logger } from '@gatehouse/telemetry';
import { clientAddressOf } from './client-address.js';
import type { Principal } from './principal.js';
import { requestIdOf } from './request-id.js';
import { RequestTrace } from './request-trace.js';
import type { ServedMethod } from './served-method.js';
import type { StreamPace } from './stream-pace.js';

/** Characters of a user agent that are kept. */
const MAX_USER_AGENT = 512;

const tracer = trace.getTracer('@gatehouse/grpc');

/** Whom a call came from. */
export interface CallPeer {
  /** `address:port`, as grpc-js shows it. */
  readonly peer: string;
  /** The peers that are believed when they say for which address they call. */
  readonly trustedProxies: BlockList;
  /** Whether it hands on the metadata that anybody sent it. */
  readonly isStranger?: boolean;
}

/**
 * One call on its way through a service: made when its metadata arrives,
 * found again by that metadata, gone with it.
 */
export class Call {
  /** Names the call in logs and in error answers; the caller's own when it sent a sound one. */
  readonly requestId: string;
  /** Its part of the W3C trace it belongs to. */
  readonly trace: RequestTrace;
  /** Of a call that is answered with a stream. */
  pace: StreamPace | undefined;
  #principal: Principal | undefined;
  #abort: AbortController | undefined;
  #clientAddress: string | undefined;
  #refuse: ((error: AppError) => void) | undefined;
  #ended = false;
  readonly #from: CallPeer;

  constructor(
    readonly method: ServedMethod,
    readonly metadata: Metadata,
    /** When the work is given up, in milliseconds of `performance.now()`; Infinity for a stream whose caller set none. */
    readonly deadline: number,
    readonly log: Logger,
    from: CallPeer,
  ) {
    this.#from = from;
    this.requestId = requestIdOf(metadata.get('x-request-id')[0]);
    const name = method.path.slice(1);
    const traceparent = metadata.get('traceparent')[0];
    this.trace = new RequestTrace({ tracer, name, traceparent, isStranger: from.isStranger });
  }

  /** The W3C trace it belongs to: 32 hexadecimal digits. */
  get traceId(): string {
    return this.trace.traceId;
  }

  /**
   * The verified caller. Only a public method has none, and its handler does
   * not ask.
   */
  get principal(): Principal {
    if (!this.#principal) throw new Error(`${this.method.path} is public: it has no principal`);
    return this.#principal;
  }

  /** Whether the guard has admitted a principal. */
  get hasPrincipal(): boolean {
    return this.#principal !== undefined;
  }

  /** The client's IP address: the peer's, or what a trusted proxy says; '' on a Unix socket. */
  get clientAddress(): string {
    const { peer, trustedProxies } = this.#from;
    return (this.#clientAddress ??= clientAddressOf(
      peer,
      this.metadata.get('x-client-address'),
      trustedProxies,
    ));
  }

  /** What the client says it is: at most 512 characters, '' when it says nothing. */
  get userAgent(): string {
    const [said] = this.metadata.get('client-user-agent');
    return typeof said === 'string' ? said.slice(0, MAX_USER_AGENT) : '';
  }

  /** Called by the guard, once. */
  admit(principal: Principal): void {
    this.#principal = principal;
  }

  /** Aborts when the caller is gone or the deadline has passed. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#ended) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Answers the call with an error, unless it has been answered; its handler learns of it by the signal. */
  refuse(error: AppError): void {
    this.#refuse?.(error);
  }

  /** Called by the server, once: how a call is answered that its handler is not to answer. */
  refuseBy(refuse: (error: AppError) => void): void {
    this.#refuse = refuse;
  }

  /** Called by the server when nobody waits for the answer any more. */
  end(): void {
    this.#ended = true;
    this.#abort?.abort();
  }
}

/** Where a call's metadata keeps it. A property costs a call less than a WeakMap, which every scavenge walks. */
const CALL = Symbol('call');

type CallMetadata = Metadata & { [CALL]?: Call };

/** Remembers a call by its request metadata. */
export function registerCall(call: Call): void {
  (call.metadata as CallMetadata)[CALL] = call;
}

/**
 * Returns the call that came with this metadata.
 *
 * @throws Error when the server was started without the call interceptor
 */
export function callOf(metadata: Metadata): Call {
  const call = (metadata as CallMetadata)[CALL];
  if (!call) throw new Error('the call is not known: the server runs without its interceptor');
  return call;
}
