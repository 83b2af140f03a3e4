import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { fromGrpcMetadata } from './grpc-metadata.js';
import { upstreamError } from './upstream-error.js';
import type { ReplyMetadata, ReplyStream } from './upstream.js';

/** The replies of a server-streaming call of grpc-js. */
export class GrpcReplyStream implements ReplyStream {
  metadata: ReplyMetadata = new Map();
  readonly #call: ClientReadableStream<Buffer>;

  constructor(call: ClientReadableStream<Buffer>) {
    this.#call = call;
    // The iteration throws it. Once that has ended, a failure concerns nobody, and must not end the process.
    call.on('error', () => undefined);
    call.once('metadata', (received) => (this.metadata = fromGrpcMetadata(received)));
  }

  get messages(): AsyncIterable<Uint8Array> {
    return readMessages(this.#call);
  }

  cancel(): void {
    this.#call.cancel();
  }
}

async function* readMessages(call: ClientReadableStream<Buffer>): AsyncGenerator<Uint8Array> {
  try {
    yield* call as AsyncIterable<Buffer>;
  } catch (error) {
    throw upstreamError(error as ServiceError);
  } finally {
    call.cancel();
  }
}
