import { CallError } from '../grpc/call-error.js';
import { entriesByName, NO_ENTRIES } from '../grpc/entries.js';
import { Status } from '../grpc/status.js';
import { Call, type CallSite } from './call.js';
import type { ClientConnection } from './client-connection.js';
import type { ClientStream } from './client-stream.js';
import type { SingleRequest } from './unary-call.js';

/** Who waits for the next message. */
interface Waiting {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

/** One message goes, messages come: taken from the service no faster than from here. */
export class ServerStreamCall extends Call implements AsyncIterableIterator<Uint8Array, undefined> {
  protected readonly canRepeat = true;
  readonly #request: Uint8Array;
  readonly #messages: Buffer[] = [];
  readonly #waiting: Waiting[] = [];
  #error: CallError | undefined;

  constructor(site: CallSite, start: SingleRequest) {
    super(site, start);
    this.#request = start.request;
  }

  /** What came before the messages, by name; empty until then. */
  get metadataOfReply(): ReadonlyMap<string, readonly string[]> {
    return entriesByName(this.replyMetadata ?? NO_ENTRIES);
  }

  get isTaking(): boolean {
    return this.#messages.length === 0;
  }

  cancel(): void {
    this.#messages.length = 0;
    this.giveUp(new CallError(Status.CANCELLED, 'the call was cancelled'));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#messages.shift();
    if (value !== undefined) {
      if (this.isTaking) this.stream?.taken();
      return { done: false, value };
    }
    if (!this.isOver) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (this.#error === undefined) return DONE;
    const error = this.#error;
    this.#error = undefined;
    throw this.site.errorOf(error);
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.cancel();
    return DONE;
  }

  message(value: Buffer): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#messages.push(value);
    else waiting.resolve({ done: false, value });
  }

  sent(): void {}

  protected open(connection: ClientConnection): ClientStream {
    return connection.open(this, this.#request, this);
  }

  protected settle(error: CallError | undefined): void {
    const [first, ...others] = this.#waiting.splice(0);
    if (first === undefined) this.#error = error;
    else if (error === undefined) first.resolve(DONE);
    else first.reject(this.site.errorOf(error));
    for (const waiting of others) waiting.resolve(DONE);
  }
}
