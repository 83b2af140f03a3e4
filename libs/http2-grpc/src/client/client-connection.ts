import type { Duplex } from 'node:stream';
import { Connection } from '../connection/connection.js';
import type { ConnectionLimits } from '../connection/endpoint.js';
import { RateBudget } from '../connection/rate-budget.js';
import { Setting } from '../connection/settings.js';
import { ConnectionError, ErrorCode } from '../frames/error-code.js';
import { PREFACE } from '../frames/frame.js';
import { CallError } from '../grpc/call-error.js';
import { encodeMetadata, isAsciiValue, measureMetadata, type Metadata } from '../grpc/metadata.js';
import { Status } from '../grpc/status.js';
import { formatTimeout } from '../grpc/timeout.js';
import { ClientStream, type StreamEvents } from './client-stream.js';

/** What connections of a client admit. */
export interface ClientLimits extends ConnectionLimits {
  /** The largest message of a reply, in octets. */
  readonly maxMessage: number;
  /** Calls that are made on one connection; there are IDs for 2^30. */
  readonly maxCalls: number;
}

/** Whom a connection leads to. */
export interface Peer {
  /** The name that calls are for: `:authority`. */
  readonly authority: string;
  readonly scheme: 'http' | 'https';
}

/** What whoever opened a connection learns of it. */
export interface ConnectionEvents {
  /** The service has said what it admits: calls can be made. */
  ready(): void;
  /** A stream has ended: there may be room for a call. */
  room(): void;
  /** No further call can be made on it. Calls that are under way go on. */
  draining(): void;
  /** It is closed. */
  closed(reason: string): void;
}

/** The head of a call. */
export interface CallHead {
  readonly path: string;
  readonly metadata: Metadata;
  /** When it is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** How often it was sent before (gRFC A6). */
  readonly previousAttempts: number;
}

/**
 * How many streams are reset at once, and in a second. Servers end a connection whose client resets too many (as a
 * guard against rapid resets, CVE-2023-44487), and with it the calls of all others: Node's admits 1,000 and 33, Envoy
 * some hundreds as long as half of the streams come to their end.
 */
const RESET_BURST = 200;
const RESETS_PER_SECOND = 20;

/** Streams that are still to be reset, above which the connection is left to them. */
const MAX_ABANDONED = 100;

/**
 * From as many streams on, half of what a service admits is used. Node's servers count a stream that has ended until they
 * have let go of it, and reset the one that takes its place.
 */
const MANY_STREAMS = 100;

/** How soon a stream is reset that could not be at once, in milliseconds. */
const RESET_LATER_MS = 1_000;

/** The first stream of a client; the others have every second number after it. */
const FIRST_ID = 1;

const USER_AGENT = 'grpc-node-gatehouse/0.1';

/** What the fields of every request take besides path and metadata, and count as a list; room enough. */
const HEAD_ROOM = 512;

/** The client's end of a connection: opens a stream for each call. */
export class ClientConnection extends Connection<ClientStream> {
  #nextId = FIRST_ID;
  #isReady = false;
  #isDraining = false;
  readonly #resets = new RateBudget(RESET_BURST, RESETS_PER_SECOND);
  /** Streams that nobody waits for and that are still to be reset. */
  readonly #abandoned = new Set<ClientStream>();
  #resetting: NodeJS.Timeout | undefined;

  constructor(
    socket: Duplex,
    private readonly clientLimits: ClientLimits,
    private readonly to: Peer,
    private readonly events: ConnectionEvents,
  ) {
    super(socket, clientLimits);
    this.out.raw(PREFACE);
    this.greet([Setting.ENABLE_PUSH, 0]);
    this.out.flush();
  }

  /** Whether a call can be made now. */
  get hasRoom(): boolean {
    if (!this.#isReady || this.#isDraining || this.isOver) return false;
    const admitted = this.peer.maxConcurrentStreams;
    return this.streams.size < (admitted < MANY_STREAMS ? admitted : admitted / 2);
  }

  /** Calls that have not ended. */
  get underWay(): number {
    return this.streams.size;
  }

  /**
   * Opens a stream for a call; there must be room for it.
   *
   * @param message the only message of the call; undefined when messages follow
   * @throws CallError when the call cannot be sent
   */
  open(call: CallHead, message: Uint8Array | undefined, events: StreamEvents): ClientStream {
    const { path, metadata } = call;
    const size = { list: HEAD_ROOM + path.length, room: HEAD_ROOM + path.length + this.to.authority.length };
    if (!isAsciiValue(path)) throw new CallError(Status.INTERNAL, 'a path that cannot be sent');
    measureMetadata(metadata, size);
    if (size.list > this.peer.maxHeaderListSize)
      throw new CallError(Status.RESOURCE_EXHAUSTED, 'the service does not take that much metadata');
    const stream = new ClientStream(this.#nextId, this, events, this.clientLimits.maxMessage);
    this.#nextId += 2;
    this.add(stream);
    this.#sendHead(stream, call, size.room);
    if (message !== undefined) this.sender.send(stream, message, true);
    // IDs are not used twice (RFC 9113, section 5.1.1).
    if (this.#nextId === FIRST_ID + 2 * this.clientLimits.maxCalls) this.drain();
    return stream;
  }

  send(stream: ClientStream, message: Uint8Array, isLast: boolean): void {
    this.sender.send(stream, message, isLast);
  }

  end(stream: ClientStream): void {
    this.sender.end(stream);
  }

  /** The service has answered. What was not sent it does not want (RFC 9113, section 8.1). */
  finish(stream: ClientStream): void {
    if (stream.isLocalEnded) this.forget(stream);
    else this.abandon(stream);
  }

  /**
   * Resets a stream that nobody waits for, as soon as it may be. Until then, or its end, it takes a stream's place; where
   * there are many of them, further calls are made on another connection.
   */
  abandon(stream: ClientStream): void {
    if (stream.isClosed) return;
    if (this.#resets.spend(1, performance.now())) this.reset(stream, ErrorCode.CANCEL);
    else {
      this.sender.discard(stream);
      this.#abandoned.add(stream);
      this.#resetting ??= setTimeout(() => this.#resetAbandoned(), RESET_LATER_MS).unref();
      if (this.#abandoned.size === MAX_ABANDONED) this.drain();
    }
  }

  /** Makes no further calls, and closes once those under way have ended. */
  drain(): void {
    this.#announceEnd();
    this.#endIfUnused();
  }

  /** Closes; calls that are under way fail. */
  close(): void {
    this.lose('the channel was closed');
  }

  onGoaway(lastStreamId: number, code: number, debug: string): void {
    this.#announceEnd();
    for (const stream of this.streams.all()) {
      if (stream.id <= lastStreamId) continue;
      this.forget(stream);
      const message = `the service ends the connection: ${debug}`;
      stream.lost({ by: 'peer', code, message, isUnprocessed: true });
    }
    this.#endIfUnused();
  }

  protected opened(streamId: number): undefined {
    if (this.isIdle(streamId)) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'a reply to no call');
  }

  protected isIdle(streamId: number): boolean {
    return streamId >= this.#nextId || streamId % 2 === 0;
  }

  protected override settled(windowGrowth: number): void {
    super.settled(windowGrowth);
    if (this.#isReady) this.events.room();
    else {
      this.#isReady = true;
      this.events.ready();
    }
  }

  protected streamOver(stream: ClientStream): void {
    this.#abandoned.delete(stream);
    if (this.#isDraining) this.#endIfUnused();
    else if (!this.isOver) this.events.room();
  }

  protected override over(code: ErrorCode, message: string): void {
    clearTimeout(this.#resetting);
    super.over(code, message);
    this.events.closed(message);
  }

  #announceEnd(): void {
    if (this.#isDraining || this.isOver) return;
    this.#isDraining = true;
    this.events.draining();
  }

  #endIfUnused(): void {
    if (this.streams.size === this.#abandoned.size) this.lose('the connection is not needed any more');
  }

  #sendHead(stream: ClientStream, call: CallHead, room: number): void {
    const { path, metadata, deadline, previousAttempts } = call;
    const { headers } = this;
    const { encoder } = headers;
    headers.begin(room);
    encoder.indexed(':method', 'POST');
    encoder.indexed(':scheme', this.to.scheme);
    encoder.indexed(':path', path);
    encoder.indexed(':authority', this.to.authority);
    encoder.indexed('te', 'trailers');
    encoder.indexed('content-type', 'application/grpc');
    encoder.indexed('user-agent', USER_AGENT);
    if (deadline !== Infinity)
      encoder.literal('grpc-timeout', formatTimeout(Math.max(0, deadline - performance.now())));
    if (previousAttempts > 0) encoder.literal('grpc-previous-rpc-attempts', String(previousAttempts));
    encodeMetadata(metadata, encoder);
    headers.end(stream.id, false);
  }

  #resetAbandoned(): void {
    this.#resetting = undefined;
    for (const stream of this.#abandoned) {
      this.#abandoned.delete(stream);
      this.abandon(stream);
      if (this.#abandoned.has(stream)) return;
    }
  }
}
