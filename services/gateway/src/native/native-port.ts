import type { Socket } from 'node:net';
import { platformReasons, type AppError } from '@gatehouse/errors';
import { CallMeasures, toLoggedStatus, type LoadGate } from '@gatehouse/grpc';
import { Deadlines, FrameServer, type Metadata, type ServerStream, type Status } from '@gatehouse/http2-grpc';
import { LiveSet } from '@gatehouse/live-set';
import type { CallForwarder } from '../calls/call-forwarder.js';
import type { PublicMethod } from '../calls/public-methods.js';
import type { BodyMemory } from '../http/body-memory.js';
import { UnreadAnswers } from '../http/unread-answers.js';
import { gatewayReasons } from '../reasons.js';
import { NativeCall, overloaded, type NativeServing } from './native-call.js';
import { nativeLimits } from './native-limits.js';
import { NativeOrigin, type Telling } from './native-origin.js';

/** What a port works with. */
export interface NativePortOptions extends Pick<Telling, 'log' | 'trustedProxies'> {
  readonly methods: ReadonlyMap<string, PublicMethod>;
  readonly forwarder: CallForwarder;
  readonly gate: LoadGate;
  /** What the bodies of all requests have. */
  readonly memory: BodyMemory;
}

/**
 * The most calls at once whose callers have not sent all of their requests. Each has its headers and what no body is
 * counted for, 32 KiB together, and one connection begins a hundred.
 */
const MOST_UNFINISHED = 1_000;

/**
 * Serves gRPC to strangers: calls to the methods that they may name are handed on, and of all others there is nothing to
 * learn. There is no reflection, as the contract is published, and no health, which has a port of its own.
 */
export class NativePort {
  readonly #methods: ReadonlyMap<string, PublicMethod>;
  readonly #serving: NativeServing;
  readonly #server = new FrameServer(
    (stream) => this.#serve(stream),
    nativeLimits,
    (stream) => this.#refuse(stream, gatewayReasons.HEADERS_TOO_LARGE()),
  );

  /** To be made once telemetry is open. */
  constructor({ methods, ...options }: NativePortOptions) {
    this.#methods = methods;
    this.#serving = {
      ...options,
      measures: new CallMeasures('server'),
      deadlines: new Deadlines(),
      inFlight: new LiveSet(),
      unfinished: new LiveSet(),
      unread: new UnreadAnswers(),
    };
  }

  /** Takes a connection whose client has begun to speak HTTP/2. */
  accept(socket: Socket): void {
    this.#server.accept(socket, `${socket.remoteAddress}:${socket.remotePort}`);
  }

  /** Says on every connection that it ends, and takes no new calls on it. */
  drain(): void {
    void this.#server.drain();
  }

  /** Ends every call and every connection. */
  close(): void {
    for (const call of this.#serving.inFlight.all()) call.refuse(platformReasons.STOPPING());
    this.#server.close();
  }

  #serve(stream: ServerStream): void {
    const method = this.#methods.get(stream.path);
    const { gate, unfinished } = this.#serving;
    const cause = gate.refusal(method?.isEssential ?? false);
    if (cause !== undefined) {
      gate.countShed(cause);
      refuse(stream, overloaded());
    } else if (method === undefined) this.#refuse(stream, gatewayReasons.METHOD_UNKNOWN());
    else {
      const call = new NativeCall(stream, method, this.#serving);
      stream.listen(call);
      call.begin();
      // Whoever has taken longest gives way: most requests are whole at once.
      if (unfinished.size > MOST_UNFINISHED) unfinished.first?.refuse(overloaded());
    }
  }

  /** Refuses a call for what its headers are. */
  #refuse(stream: ServerStream, error: AppError): void {
    const origin = new NativeOrigin(stream, this.#methods.has(stream.path), this.#serving);
    origin.reason = error.reason;
    refuse(stream, error, { 'x-request-id': origin.requestId });
    origin.end({ code: error.code });
  }
}

function refuse(stream: ServerStream, error: AppError, besides: Metadata = {}): void {
  const { code, details, metadata } = toLoggedStatus(error);
  const sent = { ...(metadata.toHttp2Headers() as Metadata), ...besides };
  stream.end({ code: code as number as Status, details, metadata: sent });
}
