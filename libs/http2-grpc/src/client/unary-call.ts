import { CallError } from '../grpc/call-error.js';
import { NO_ENTRIES } from '../grpc/entries.js';
import { Status } from '../grpc/status.js';
import { Call, type CallSite, type CallStart } from './call.js';
import type { ClientConnection } from './client-connection.js';
import type { ClientStream } from './client-stream.js';
import { Reply } from './reply.js';

/** A call with one request message. */
export interface SingleRequest extends CallStart {
  /** The message in wire format. */
  readonly request: Uint8Array;
}

/** How a caller learns of the end of a call with one reply. */
export interface Settlement {
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** A call that is answered with one message. */
export abstract class SingleReplyCall extends Call {
  readonly isTaking = true;
  #message: Buffer | undefined;

  constructor(
    site: CallSite,
    start: CallStart,
    protected readonly settlement: Settlement,
  ) {
    super(site, start);
  }

  message(message: Buffer): void {
    if (this.#message === undefined) this.#message = message;
    else this.giveUp(new CallError(Status.UNIMPLEMENTED, 'the reply has more than one message'));
  }

  override ended(error: CallError | undefined, isUnprocessed: boolean): void {
    const isMissing = error === undefined && this.#message === undefined;
    super.ended(
      isMissing ? new CallError(Status.UNIMPLEMENTED, 'the reply has no message') : error,
      isUnprocessed,
    );
  }

  protected settle(error: CallError | undefined): void {
    if (error !== undefined) this.settlement.reject(this.site.errorOf(error));
    else this.settlement.resolve(new Reply(this.#message as Buffer, this.replyMetadata ?? NO_ENTRIES));
  }
}

/** One message goes, one comes. */
export class UnaryCall extends SingleReplyCall {
  protected readonly canRepeat = true;
  readonly #request: Uint8Array;

  constructor(site: CallSite, start: SingleRequest, settlement: Settlement) {
    super(site, start, settlement);
    this.#request = start.request;
  }

  protected open(connection: ClientConnection): ClientStream {
    return connection.open(this, this.#request, this);
  }

  sent(): void {}
}
