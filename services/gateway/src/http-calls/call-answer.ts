import type { StatusObject } from '@grpc/grpc-js';
import type { Exchange } from '../http/exchange.js';
import { closeUnread } from '../http/send-problem.js';
import type { CallForm } from './call-form.js';
import { connectErrorOf } from './connect-error.js';
import { endFrameOf, frameOf } from './frames.js';

/** The answer to a call over HTTP/1.1. */
export interface CallAnswer {
  /** What goes before the messages. @param headers by lower-case name */
  head(headers: ReadonlyMap<string, string>): void;
  /** A message, as it is written. Resolves once the caller takes more. */
  message(message: Uint8Array): Promise<void> | undefined;
  /** @param failure how the call failed; undefined where it did not */
  end(failure: CallFailure | undefined): void;
}

/** How a call failed. */
export interface CallFailure {
  readonly status: StatusObject;
  /** What REST would answer. */
  readonly httpStatus: number;
}

/** The answer in the form of the call. */
export function answerIn(form: CallForm, exchange: Exchange): CallAnswer {
  return form.protocol === 'connect' ? new WholeAnswer(form, exchange) : new FramedAnswer(form, exchange);
}

/** Messages are framed, and the status is the last frame: of gRPC-Web, or a stream of Connect. */
class FramedAnswer implements CallAnswer {
  constructor(
    private readonly form: CallForm,
    private readonly exchange: Exchange,
  ) {}

  head(headers: ReadonlyMap<string, string>): void {
    const { exchange } = this;
    for (const [name, value] of headers) exchange.setHeader(name, value);
    closeUnread(exchange);
    exchange.writeHead(200, ['content-type', this.form.contentType]);
  }

  message(message: Uint8Array): Promise<void> | undefined {
    return this.exchange.write(frameOf(message));
  }

  end(failure: CallFailure | undefined): void {
    const { response } = this.exchange;
    if (!response.headersSent) this.head(new Map());
    response.end(endFrameOf(this.form.protocol, failure?.status));
  }
}

/** A call of Connect with one message each way: the body is the message, or the error. */
class WholeAnswer implements CallAnswer {
  #message: Uint8Array = Buffer.alloc(0);

  constructor(
    private readonly form: CallForm,
    private readonly exchange: Exchange,
  ) {}

  head(headers: ReadonlyMap<string, string>): void {
    for (const [name, value] of headers) this.exchange.setHeader(name, value);
  }

  message(message: Uint8Array): undefined {
    this.#message = message;
  }

  end(failure: CallFailure | undefined): void {
    if (failure === undefined) this.#send(200, this.form.contentType, this.#message);
    else {
      const error = Buffer.from(JSON.stringify(connectErrorOf(failure.status)));
      this.#send(failure.httpStatus, 'application/json', error);
    }
  }

  #send(httpStatus: number, contentType: string, body: Uint8Array): void {
    const { exchange } = this;
    closeUnread(exchange);
    exchange.writeHead(httpStatus, ['content-type', contentType, 'content-length', String(body.length)]);
    exchange.endWith(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  }
}
