import { Stream, type StreamLoss } from '../connection/stream.js';
import { ErrorCode, errorCodeName, StreamError } from '../frames/error-code.js';
import type { HeaderField } from '../hpack/header-field.js';
import { CallError } from '../grpc/call-error.js';
import type { Entries } from '../grpc/entries.js';
import { MessageReader } from '../grpc/message-reader.js';
import { statusOfLoss } from '../grpc/status-of-loss.js';
import { Status } from '../grpc/status.js';
import type { ClientConnection } from './client-connection.js';
import { ReplyHead } from './reply-head.js';

/** What comes of a call on its stream. */
export interface StreamEvents {
  /** Whether messages are taken as they come; else they are held until {@link ClientStream.taken}. */
  readonly isTaking: boolean;
  /** The reply has begun: the service has taken up the call. */
  replied(metadata: Entries): void;
  /** @param message its receiver's own */
  message(message: Buffer): void;
  /** All messages have left that were to be sent. */
  sent(): void;
  /**
   * The call is over, and nothing comes after it.
   *
   * @param error undefined for OK
   * @param isUnprocessed whether the service has done nothing for it
   */
  ended(error: CallError | undefined, isUnprocessed: boolean): void;
}

/** The stream of a call that is made. */
export class ClientStream extends Stream {
  #events: StreamEvents | undefined;
  #head = new ReplyHead();
  #hasReplied = false;
  readonly #reader: MessageReader;
  /** Octets of messages that nobody has taken yet. */
  #held = 0;

  constructor(
    id: number,
    private readonly connection: ClientConnection,
    events: StreamEvents,
    maxMessage: number,
  ) {
    super(id);
    this.#events = events;
    this.#reader = new MessageReader(maxMessage);
  }

  /** Sends a message. @param isLast whether none comes after it */
  send(message: Uint8Array, isLast: boolean): void {
    if (!this.isClosed) this.connection.send(this, message, isLast);
  }

  /** None comes after those that were sent. */
  end(): void {
    if (!this.isClosed) this.connection.end(this);
  }

  /** Whether messages wait for the service to take them. */
  get isBehind(): boolean {
    return this.outbox.length > 0;
  }

  /** Nobody waits for the call any more. */
  cancel(): void {
    this.#events = undefined;
    this.connection.abandon(this);
  }

  /** What was held has been taken. */
  taken(): void {
    const held = this.#held;
    this.#held = 0;
    this.connection.release(this, held);
  }

  field(field: HeaderField): void {
    this.#head.add(field);
  }

  headersEnd(isEnd: boolean, isTooLarge: boolean): void {
    const head = this.#head;
    if (isTooLarge) return this.#refuse(new CallError(Status.RESOURCE_EXHAUSTED, 'too much metadata'));
    if (!(this.#hasReplied ? head.canEnd : head.canBegin) || (this.#hasReplied && !isEnd))
      throw new StreamError(ErrorCode.PROTOCOL_ERROR, 'headers that a reply does not have');
    if (isEnd) return this.#end(head.outcome);
    this.#head = new ReplyHead();
    if (head.isInterim) return;
    const { fault } = head;
    if (fault !== undefined) return this.#refuse(fault);
    this.#hasReplied = true;
    this.#events?.replied(head.metadata);
  }

  data(bytes: Buffer, start: number, end: number): number {
    if (!this.#hasReplied) throw new StreamError(ErrorCode.PROTOCOL_ERROR, 'DATA before HEADERS');
    // Nothing is given back of what nobody waits for: the service stops at its window, if it does not end before.
    if (this.#events === undefined) return end - start;
    try {
      this.#reader.read(bytes, start, end, this);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#refuse(error);
    }
    if (this.#events?.isTaking) return 0;
    this.#held += end - start;
    return end - start;
  }

  message(message: Buffer): void {
    this.#events?.message(message);
  }

  remoteEnd(): void {
    this.#end(new CallError(Status.INTERNAL, 'the reply has no trailers'));
  }

  lost(loss: StreamLoss): void {
    const details = `${loss.message} (${errorCodeName(loss.code)})`;
    this.#events?.ended(new CallError(statusOfLoss(loss), details), loss.isUnprocessed);
  }

  sent(): void {
    this.#events?.sent();
  }

  #end(outcome: CallError | undefined): void {
    const events = this.#events;
    this.#events = undefined;
    this.connection.finish(this);
    const isCut = outcome === undefined && this.#reader.isWithin;
    const error = isCut ? new CallError(Status.INTERNAL, 'the reply ends within a message') : outcome;
    events?.ended(error, false);
  }

  /** Ends the call for what the service has sent. */
  #refuse(error: CallError): void {
    const events = this.#events;
    this.cancel();
    events?.ended(error, false);
  }
}
