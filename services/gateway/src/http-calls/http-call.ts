import { MAX_CALL_MS } from '@gatehouse/grpc';
import { MessageReader, Status, type CallError } from '@gatehouse/http2-grpc';
import type { Codec } from '@gatehouse/transcoding';
import type { IncomingCall } from '../calls/call-forwarder.js';
import type { PublicMethod } from '../calls/public-methods.js';
import type { BodyMemory } from '../http/body-memory.js';
import type { Exchange } from '../http/exchange.js';
import { readBody, splitBody } from '../http/read-body.js';
import { gatewayReasons } from '../reasons.js';
import { timeoutOf } from '../rpc/deadline.js';
import type { CallAnswer } from './call-answer.js';
import type { CallForm } from './call-form.js';

/** What the calls over HTTP/1.1 have in common. */
export interface HttpCallTools {
  readonly codec: Codec;
  /** What the bodies of all requests have. */
  readonly memory: BodyMemory;
}

/** The largest message of a stream, in bytes. */
const MAX_MESSAGE = 4 * 1024 * 1024;

/** `Connect-Timeout-Ms`. */
const TIMEOUT = /^\d{1,10}$/;

/** A call that came over HTTP/1.1. */
export class HttpCall implements IncomingCall {
  constructor(
    readonly origin: Exchange,
    readonly method: PublicMethod,
    private readonly form: CallForm,
    private readonly answer: CallAnswer,
    private readonly tools: HttpCallTools,
  ) {}

  timeoutMs(): number {
    const { headers } = this.origin.request;
    const { defaultMs } = this.method.plan;
    if (this.form.protocol === 'grpc-web') return timeoutOf(headers, defaultMs);
    const { 'connect-timeout-ms': asked } = headers;
    if (asked === undefined) return defaultMs;
    if (typeof asked !== 'string' || !TIMEOUT.test(asked)) throw gatewayReasons.TIMEOUT_MALFORMED();
    return Math.min(Number(asked), MAX_CALL_MS);
  }

  async onlyMessage(): Promise<Uint8Array> {
    this.#checkEncoding();
    const { request, response } = this.origin;
    const body = await readBody(request, response, this.method.maxBytes, this.tools.memory);
    if (this.form.protocol === 'connect') return this.#decode(body ?? Buffer.alloc(0));
    const found: Buffer[] = [];
    const reader = new MessageReader(this.method.maxBytes);
    read(reader, Buffer.from(body ?? []), found);
    if (reader.isWithin) throw gatewayReasons.FRAME_MALFORMED();
    const [message] = found;
    if (message === undefined || found.length > 1) throw gatewayReasons.MESSAGE_COUNT();
    return this.#decode(message);
  }

  async *messages(): AsyncGenerator<Uint8Array> {
    this.#checkEncoding();
    const { request, response } = this.origin;
    const { maxBytes } = this.method;
    const reader = new MessageReader(Math.min(maxBytes, MAX_MESSAGE));
    const split = (piece: Buffer) => {
      const found: Buffer[] = [];
      read(reader, piece, found);
      return found;
    };
    const messages = splitBody(request, response, { maxBytes, memory: this.tools.memory, split });
    for await (const message of messages) yield this.#decode(message);
    if (reader.isWithin) throw gatewayReasons.FRAME_MALFORMED();
  }

  lasts(): void {
    this.origin.place?.leave();
  }

  onGone(cancel: () => void): void {
    const { response } = this.origin;
    response.once('close', cancel);
    if (response.destroyed) cancel();
  }

  sendHead(headers: ReadonlyMap<string, string>): void {
    this.answer.head(headers);
  }

  sendMessage(message: Uint8Array): Promise<void> | undefined {
    const { codec } = this.tools;
    const written = this.form.isJson ? codec.encodeJson(this.method.rpc.output, message) : message;
    return this.answer.message(written);
  }

  #decode(message: Uint8Array): Uint8Array {
    return this.form.isJson ? this.tools.codec.decodeJson(this.method.rpc.input, message) : message;
  }

  /** A few kilobytes of zeros could become any number of megabytes. */
  #checkEncoding(): void {
    const { encodingHeader } = this.form;
    const { [encodingHeader]: encoding = 'identity' } = this.origin.request.headers;
    if (encoding === 'identity') return;
    this.origin.setHeader(ACCEPTED[this.form.protocol], 'identity');
    throw gatewayReasons.MESSAGE_ENCODING_UNSUPPORTED();
  }
}

/** The headers that say by what messages may be compressed. */
const ACCEPTED = {
  'grpc-web': 'grpc-accept-encoding',
  connect: 'accept-encoding',
  'connect-stream': 'connect-accept-encoding',
} as const;

function read(reader: MessageReader, bytes: Buffer, found: Buffer[]): void {
  try {
    reader.read(bytes, 0, bytes.length, { message: (message) => found.push(message) });
  } catch (error) {
    const { code } = error as CallError;
    throw code === Status.RESOURCE_EXHAUSTED
      ? gatewayReasons.MESSAGE_TOO_LARGE()
      : gatewayReasons.FRAME_MALFORMED();
  }
}
