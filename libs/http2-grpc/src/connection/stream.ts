import type { FieldSink } from '../hpack/hpack-decoder.js';
import type { HeaderField } from '../hpack/header-field.js';
import type { ErrorCode } from '../frames/error-code.js';

/** How a stream ended that did not come to its end. */
export interface StreamLoss {
  /** The code that either end gave; another end may say any number. */
  readonly code: ErrorCode | number;
  readonly message: string;
  /** Who ended it. */
  readonly by: 'peer' | 'us' | 'connection';
  /** Whether the other end has done nothing for it (RFC 9113, section 8.7): it may be begun again, whatever it was. */
  readonly isUnprocessed: boolean;
}

/**
 * One stream, as its connection sees it (RFC 9113, section 5). What it is for, a call that is made or one that is
 * served, is its subclass's matter.
 */
export abstract class Stream implements FieldSink {
  /** Octets of DATA that the other end takes; below 0 after it has made its windows smaller. */
  sendWindow = 0;
  /** Octets of DATA that may still come. */
  receiveWindow = 0;
  /** Octets of DATA that came and do not count any more, but are not given back yet. */
  released = 0;
  /** Messages that wait for windows or the socket, and how much of the first has left; see `MessageSender`. */
  readonly outbox: Uint8Array[] = [];
  outboxAt = 0;
  /** Whether it is among those that the sender comes back to. */
  isQueued = false;
  /** Whether the last message that is sent ends this end's side. */
  endsAfterOutbox = false;
  isLocalEnded = false;
  isRemoteEnded = false;
  /** Whether its connection does not know it any more. */
  isClosed = false;

  constructor(readonly id: number) {}

  /** A field of the headers or trailers that are coming in. */
  abstract field(field: HeaderField): void;

  /**
   * They are complete.
   *
   * @param isEnd whether nothing comes after them
   * @param isTooLarge whether they are larger than was admitted; what was too much was left out
   * @throws StreamError when they are malformed
   */
  abstract headersEnd(isEnd: boolean, isTooLarge: boolean): void;

  /**
   * Octets of DATA.
   *
   * @param bytes hold them until the call returns
   * @returns how many of them are held until `Connection.release`
   * @throws StreamError
   */
  abstract data(bytes: Buffer, start: number, end: number): number;

  /** The other end's side has ended with DATA. @throws StreamError when it must not have */
  abstract remoteEnd(): void;

  /** It has ended before its end. Nothing is called after it. */
  abstract lost(loss: StreamLoss): void;

  /** All messages have left that were to be sent. */
  abstract sent(): void;
}
