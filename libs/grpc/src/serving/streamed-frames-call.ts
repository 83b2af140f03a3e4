import { status, type Metadata, type StatusObject } from '@grpc/grpc-js';
import type { ServerStream } from '@gatehouse/http2-grpc';
import type { Serving } from './call-life.js';
import { CallStream, type CallStreamEvents } from './call-stream.js';
import { FramesCall } from './frames-call.js';
import type { FramesMethod } from './frames-method.js';
import { statusOfError } from './status-of-error.js';

/** A call with a stream of messages, one way or both. */
export class StreamedFramesCall extends FramesCall implements CallStreamEvents {
  #duplex: CallStream | undefined;
  #isTaking = true;
  #done: (() => void) | undefined;

  constructor(stream: ServerStream, method: FramesMethod, serving: Serving) {
    super(stream, method, serving);
    // Whoever takes a stream of messages is there before the first one.
    if (method.definition.requestStream) this.#begin(undefined);
  }

  get isTaking(): boolean {
    return this.#isTaking;
  }

  message(bytes: Buffer): void {
    this.forget();
    const message = this.read(bytes);
    if (message === undefined) return;
    if (this.#duplex === undefined) this.#begin(message);
    else if (this.method.definition.requestStream) this.#isTaking = this.#duplex.push(message);
    else this.fail({ code: status.UNIMPLEMENTED, details: 'the request has more than one message' });
  }

  halfClose(): void {
    if (this.#duplex !== undefined) this.#duplex.push(null);
    else this.end({ code: status.UNIMPLEMENTED, details: 'the request has no message' });
  }

  sent(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }

  write(message: unknown, done: () => void): void {
    if (!this.reply(message)) return done();
    const passed = () => {
      this.life?.call?.pace?.messageSent();
      done();
    };
    if (this.stream.isBehind) this.#done = passed;
    else passed();
  }

  resume(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    this.stream.taken();
  }

  ended(error: StatusObject | undefined): void {
    this.end(error ?? { code: status.OK, details: '' });
  }

  protected tellCancelled(): void {
    this.#duplex?.cancel();
  }

  #begin(request: unknown): void {
    const duplex = (this.#duplex = new CallStream(this.metadata, request, this));
    this.run(() => this.method.handle(duplex, this.#settle));
  }

  readonly #settle = (error: unknown, reply?: unknown, trailers?: Metadata): void => {
    if (error) this.end(statusOfError(error));
    else if (this.reply(reply)) this.end({ code: status.OK, details: '', metadata: trailers });
  };
}
