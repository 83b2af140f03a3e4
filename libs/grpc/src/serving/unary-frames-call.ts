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
  #message: Buffer | undefined;

  message(bytes: Buffer): void {
    if (this.#message !== undefined) return this.end(SECOND_MESSAGE);
    this.#message = bytes;
  }

  /** Until then it is a request on its way, which takes no place among those in work, however long its caller takes. */
  halfClose(): void {
    const message = this.#message;
    if (this.isOver) return;
    if (message === undefined) return this.end(NO_MESSAGE);
    this.forget();
    if (this.life !== undefined && !this.life.arrive()) return;
    const request = this.read(message);
    if (request === undefined) return;
    const call: UnaryRequest = { request, metadata: this.metadata };
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
