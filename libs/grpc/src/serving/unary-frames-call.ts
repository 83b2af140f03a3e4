import { status, type Metadata } from '@grpc/grpc-js';
import { FramesCall } from './frames-call.js';
import { statusOfError } from './status-of-error.js';

const NO_MESSAGE = { code: status.UNIMPLEMENTED, details: 'the request has no message' };
const SECOND_MESSAGE = { code: status.UNIMPLEMENTED, details: 'the request has more than one message' };

/** What is read of a unary call by whoever handles it as one of grpc-js. */
export interface UnaryRequest {
  readonly request: unknown;
  readonly metadata: Metadata;
}

/** A call of one message that is answered with one. */
export class UnaryFramesCall extends FramesCall {
  readonly isTaking = true;
  #request: unknown;
  #hasRequest = false;

  message(bytes: Buffer): void {
    if (this.#hasRequest) return this.end(SECOND_MESSAGE);
    this.#hasRequest = true;
    if (this.life === undefined || this.life.arrive()) this.#request = this.read(bytes);
  }

  halfClose(): void {
    if (this.isOver) return;
    if (!this.#hasRequest) return this.end(NO_MESSAGE);
    const call: UnaryRequest = { request: this.#request, metadata: this.metadata };
    this.run(() => this.method.handle(call, this.#settle));
  }

  sent(): void {}

  /** By the signal of its `Call`, which is aborted already. */
  protected tellCancelled(): void {}

  readonly #settle = (error: unknown, reply?: unknown, trailers?: Metadata): void => {
    if (error) this.end(statusOfError(error));
    else if (this.reply(reply)) this.end({ code: status.OK, details: '', metadata: trailers });
  };
}
