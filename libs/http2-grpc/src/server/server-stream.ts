import { Stream, type StreamLoss } from '../connection/stream.js';
import { ErrorCode, StreamError } from '../frames/error-code.js';
import type { HeaderField } from '../hpack/header-field.js';
import { CallError } from '../grpc/call-error.js';
import type { Entries } from '../grpc/entries.js';
import { MessageReader } from '../grpc/message-reader.js';
import { NO_METADATA, type Metadata } from '../grpc/metadata.js';
import { Status } from '../grpc/status.js';
import { RequestHead } from './request-head.js';
import type { ServerConnection } from './server-connection.js';

/** Who answers a call. */
export interface CallListener {
  /** Whether messages are taken as they come; else they are held until {@link ServerStream.taken}. */
  readonly isTaking: boolean;
  /** @param message the listener's own */
  message(message: Buffer): void;
  /** The caller has sent all its messages. */
  halfClose(): void;
  /** All messages have left that were to be sent. */
  sent(): void;
  /** Nobody waits for the answer any more. Nothing comes after it. */
  cancelled(): void;
  /** Octets of messages have come, and are about to be put together; a listener that does not want them ends the call. */
  arriving?(octets: number): void;
  /** The request cannot be read. The call ends with the error, unless the listener ends it with something else. */
  failed?(error: CallError): void;
}

/** What a call ends with. */
export interface Ending {
  readonly code: Status;
  /** What went wrong, for people; '' for nothing to say. */
  readonly details: string;
  readonly metadata: Metadata;
}

/** A call that is served. */
export class ServerStream extends Stream {
  /** When its caller gives it up, in milliseconds of `performance.now()`; Infinity where it did not say. */
  deadline = Infinity;
  readonly #head = new RequestHead();
  #trailers: RequestHead | undefined;
  #hasBegun = false;
  #hasReplied = false;
  #listener: CallListener | undefined;
  #ending: Ending | undefined;
  #held = 0;
  #octets = 0;
  readonly #reader: MessageReader;

  constructor(
    id: number,
    private readonly connection: ServerConnection,
    maxMessage: number,
  ) {
    super(id);
    this.#reader = new MessageReader(maxMessage);
  }

  /** `/package.Service/Method`. */
  get path(): string {
    return this.#head.path;
  }

  get authority(): string {
    return this.#head.authority;
  }

  /** What came with the call. */
  get metadata(): Entries {
    return this.#head.metadata;
  }

  /** What the caller may compress its messages by. */
  get encoding(): string {
    return this.#head.encoding;
  }

  /** `address:port` of the caller. */
  get peer(): string {
    return this.connection.caller;
  }

  /** Whether messages wait for the caller to take them. */
  get isBehind(): boolean {
    return this.outbox.length > 0;
  }

  /** Called by whoever serves the call, at once. */
  listen(listener: CallListener): void {
    this.#listener = listener;
  }

  /** What was held has been taken. */
  taken(): void {
    const held = this.#held;
    this.#held = 0;
    this.connection.release(this, held);
  }

  /** Says what goes before the messages, once. */
  sendHead(metadata: Metadata): void {
    if (this.isClosed || this.#hasReplied) return;
    this.#hasReplied = true;
    this.connection.sendHead(this, metadata);
  }

  sendMessage(message: Uint8Array): void {
    if (this.isClosed || this.#ending !== undefined) return;
    this.sendHead(NO_METADATA);
    this.connection.sendMessage(this, message);
  }

  /** Ends the call behind its messages. Nothing can be sent after it, and the listener hears nothing any more. */
  end(ending: Ending): void {
    if (this.isClosed || this.#ending !== undefined) return;
    this.#ending = ending;
    this.#listener = undefined;
    if (!this.isBehind) this.#finish();
  }

  /** Ends the call at once: what waits for its caller to take it is not sent. */
  cut(ending: Ending): void {
    if (this.isClosed) return;
    this.#ending = ending;
    this.#listener = undefined;
    this.connection.discard(this);
    this.#finish();
  }

  field(field: HeaderField): void {
    if (this.#hasBegun) (this.#trailers ??= new RequestHead()).add(field);
    else this.#head.add(field);
  }

  headersEnd(isEnd: boolean, isTooLarge: boolean): void {
    if (this.#hasBegun) return this.#readTrailers(isEnd);
    this.#hasBegun = true;
    const head = this.#head;
    // What it lacks may be among what was left out.
    if (isTooLarge)
      return head.isGrpc ? this.connection.takers.tooLarge(this) : this.connection.refuse(this, '431');
    if (!head.canBegin)
      throw new StreamError(ErrorCode.PROTOCOL_ERROR, 'headers that a request does not have');
    if (head.httpFault !== undefined) return this.connection.refuse(this, head.httpFault);
    if (head.fault !== undefined) return this.#fail(head.fault);
    if (head.timeoutMs !== Infinity) this.deadline = performance.now() + head.timeoutMs;
    this.connection.takers.serve(this);
    if (isEnd) this.remoteEnd();
  }

  data(bytes: Buffer, start: number, end: number): number {
    this.#octets += end - start;
    this.#listener?.arriving?.(end - start);
    if (this.isClosed) return 0;
    try {
      this.#reader.read(bytes, start, end, this);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#fail(error);
    }
    if (this.#listener === undefined || this.#listener.isTaking) return 0;
    this.#held += end - start;
    return end - start;
  }

  message(message: Buffer): void {
    this.#listener?.message(message);
  }

  remoteEnd(): void {
    const { contentLength } = this.#head;
    // RFC 9113, section 8.1.1.
    if (contentLength !== undefined && contentLength !== this.#octets)
      throw new StreamError(ErrorCode.PROTOCOL_ERROR, 'more or less DATA than was announced');
    if (this.#reader.isWithin)
      this.#fail(new CallError(Status.INTERNAL, 'the request ends within a message'));
    this.#listener?.halfClose();
  }

  lost(_loss: StreamLoss): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.cancelled();
  }

  sent(): void {
    if (this.#ending !== undefined) this.#finish();
    else this.#listener?.sent();
  }

  #readTrailers(isEnd: boolean): void {
    // Nobody is told of what is in them.
    if (!isEnd || this.#trailers?.canEnd === false)
      throw new StreamError(ErrorCode.PROTOCOL_ERROR, 'trailers that a request does not have');
    this.remoteEnd();
  }

  #fail(error: CallError): void {
    const listener = this.#listener;
    listener?.failed?.(error);
    this.end({ code: error.code, details: error.details, metadata: NO_METADATA });
    listener?.cancelled();
  }

  #finish(): void {
    if (this.#ending !== undefined) this.connection.finish(this, this.#ending, this.#hasReplied);
  }
}
