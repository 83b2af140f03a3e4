import { CallError } from '../grpc/call-error.js';
import type { Entries } from '../grpc/entries.js';
import { Status } from '../grpc/status.js';
import type { CallSite, CallStart } from './call.js';
import type { ClientConnection } from './client-connection.js';
import type { ClientStream } from './client-stream.js';
import { SingleReplyCall, type Settlement } from './unary-call.js';

/** A call with a stream of request messages. */
export interface RequestStream extends CallStart {
  /** The messages in wire format. Taken no faster than the service takes them. */
  readonly requests: AsyncIterable<Uint8Array>;
}

/** Octets of messages that are kept to be sent once more, until the service has begun to answer. */
const MAX_KEPT = 256 * 1024;

/** Messages go, one comes. */
export class ClientStreamCall extends SingleReplyCall {
  readonly #requests: AsyncIterable<Uint8Array>;
  /** What was sent; undefined once that is too much to be sent again. */
  #kept: Uint8Array[] | undefined = [];
  #keptOctets = 0;
  #hasBegun = false;
  #isComplete = false;
  #wake: (() => void) | undefined;

  constructor(site: CallSite, start: RequestStream, settlement: Settlement) {
    super(site, start, settlement);
    this.#requests = start.requests;
  }

  protected get canRepeat(): boolean {
    return this.#kept !== undefined;
  }

  protected open(connection: ClientConnection): ClientStream {
    const stream = connection.open(this, undefined, this);
    for (const message of this.#kept ?? []) stream.send(message, false);
    if (this.#isComplete) stream.end();
    if (!this.#hasBegun) void this.#sendAll();
    this.#hasBegun = true;
    this.#wake?.();
    return stream;
  }

  override replied(metadata: Entries): void {
    super.replied(metadata);
    this.#kept = undefined;
  }

  sent(): void {
    this.#wake?.();
  }

  protected override settle(error: CallError | undefined): void {
    super.settle(error);
    this.#wake?.();
  }

  async #sendAll(): Promise<void> {
    try {
      for await (const message of this.#requests) {
        if (this.isOver) return;
        this.#keep(message);
        this.stream?.send(message, false);
        await this.#room();
        if (this.isOver) return;
      }
      this.#isComplete = true;
      this.stream?.end();
    } catch (error) {
      this.settlement.reject(error);
      this.giveUp(new CallError(Status.CANCELLED, 'the request could not be read'));
    }
  }

  /** Between two attempts it is kept whatever its size: the next one sends what is here, and nothing else. */
  #keep(message: Uint8Array): void {
    this.#keptOctets += message.length;
    if (this.#keptOctets > MAX_KEPT && this.stream !== undefined) this.#kept = undefined;
    this.#kept?.push(message);
  }

  /** Resolves once the service takes more, or the call is over. */
  async #room(): Promise<void> {
    while (!this.isOver && (this.stream === undefined || this.stream.isBehind))
      await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
