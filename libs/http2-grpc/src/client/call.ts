import type { ChannelUse, ReplicaLoad } from '../balancing/replica-load.js';
import { verdictOf } from '../balancing/verdict.js';
import { CallError } from '../grpc/call-error.js';
import type { Entries } from '../grpc/entries.js';
import type { Metadata } from '../grpc/metadata.js';
import { Status } from '../grpc/status.js';
import type { CallHead, ClientConnection } from './client-connection.js';
import type { ClientStream, StreamEvents } from './client-stream.js';
import { Timed, type Deadlines } from '../grpc/deadlines.js';
import type { Retries } from './retries.js';

/** What every call has. */
export interface CallStart {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata: Metadata;
  /** When it is given up, in milliseconds of `performance.now()`; Infinity for never. */
  readonly deadline: number;
}

/** Whoever sees a call end. */
export interface CallObserver {
  /** What goes with the call. */
  readonly metadata: Metadata;
  /** @param code that it ended with */
  end(code: Status): void;
}

/** Called when a call begins. @param metadata what its caller sends with it */
export type Observe = (path: string, metadata: Metadata) => CallObserver;

/** What a call needs of its channel. */
export interface CallSite {
  readonly use: ChannelUse;
  readonly deadlines: Deadlines;
  readonly retries: Retries;
  /** Whether the contract lets a method be called twice. */
  isIdempotent(path: string): boolean;
  /** What a caller is told of a failure. */
  errorOf(error: CallError): unknown;
  observe(path: string, metadata: Metadata): CallObserver;
  /** Has a call sent, now or when there is a connection for it. */
  depart(call: Call): void;
  /** A call that waits for its connection does so no more. */
  stay(call: Call): void;
}

/** How often a call is sent again that no service has done anything for: a connection that ends has taken it along. */
const MAX_FREE_ATTEMPTS = 2;

/** A call from its beginning to its end, in one attempt or several. */
export abstract class Call extends Timed implements CallHead, StreamEvents {
  readonly path: string;
  readonly metadata: Metadata;
  readonly deadline: number;
  previousAttempts = 0;
  /** The stream of the attempt under way. */
  protected stream: ClientStream | undefined;
  /** The metadata of the reply, once it has begun. */
  protected replyMetadata: Entries | undefined;
  protected isOver = false;
  readonly #observer: CallObserver;
  #freeAttempts = 0;
  #load: ReplicaLoad | undefined;
  #leftAt = 0;
  #retrying: NodeJS.Timeout | undefined;

  constructor(
    protected readonly site: CallSite,
    { path, metadata, deadline }: CallStart,
  ) {
    super();
    this.path = path;
    this.#observer = site.observe(path, metadata);
    this.metadata = this.#observer.metadata;
    this.deadline = deadline;
  }

  abstract readonly isTaking: boolean;
  /** Whether the whole request is at hand to be sent once more. */
  protected abstract readonly canRepeat: boolean;
  /** Opens the stream of an attempt. @throws CallError */
  protected abstract open(connection: ClientConnection): ClientStream;
  /** It has ended, well without an error. */
  protected abstract settle(error: CallError | undefined): void;
  abstract message(message: Buffer): void;
  abstract sent(): void;

  begin(): void {
    this.site.deadlines.add(this);
    if (this.deadline <= performance.now()) this.expire();
    else this.site.depart(this);
  }

  /** Sends it. @param load of the replica that the connection leads to */
  leave(connection: ClientConnection, load: ReplicaLoad): void {
    try {
      this.stream = this.open(connection);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return this.#finish(error);
    }
    load.begin(this.site.use);
    this.#load = load;
    this.#leftAt = performance.now();
  }

  /** There is no connection for it, nor one to be expected. */
  refuse(error: CallError): void {
    this.#failed(error, false);
  }

  replied(metadata: Entries): void {
    this.replyMetadata = metadata;
  }

  ended(error: CallError | undefined, isUnprocessed: boolean): void {
    this.#arrive(error?.code ?? Status.OK);
    if (error !== undefined) return this.#failed(error, isUnprocessed);
    this.site.retries.succeeded();
    this.#finish(undefined);
  }

  expire(): void {
    this.giveUp(new CallError(Status.DEADLINE_EXCEEDED, 'the deadline is over'));
  }

  /** Nobody waits for it any more. */
  giveUp(error: CallError): void {
    if (this.isOver) return;
    clearTimeout(this.#retrying);
    this.site.stay(this);
    this.stream?.cancel();
    this.#arrive(error.code);
    this.#finish(error);
  }

  /** The attempt is over, if there was one. */
  #arrive(code: Status): void {
    const load = this.#load;
    if (load === undefined) return;
    this.#load = this.stream = undefined;
    const durationMs = performance.now() - this.#leftAt;
    load.end(this.site.use, verdictOf(code, durationMs), durationMs);
  }

  #failed(error: CallError, isUnprocessed: boolean): void {
    const { retries } = this.site;
    const mayRepeat = this.replyMetadata === undefined && this.canRepeat;
    if (mayRepeat && isUnprocessed && this.#freeAttempts++ < MAX_FREE_ATTEMPTS) return this.site.depart(this);
    const isIdempotent = mayRepeat && this.site.isIdempotent(this.path);
    const waitMs = retries.failed(error, this.previousAttempts + 1, isIdempotent);
    if (waitMs === undefined) return this.#finish(error);
    this.#retrying = setTimeout(() => {
      this.previousAttempts++;
      this.site.depart(this);
    }, waitMs);
  }

  #finish(error: CallError | undefined): void {
    this.isOver = true;
    this.site.deadlines.remove(this);
    this.#observer.end(error?.code ?? Status.OK);
    this.settle(error);
  }
}
