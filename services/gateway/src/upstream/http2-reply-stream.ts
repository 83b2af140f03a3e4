import type { ServerStreamCall } from '@gatehouse/http2-grpc';
import type { ReplyMetadata, ReplyStream } from './upstream.js';

/** The replies of a server-streaming call. */
export class Http2ReplyStream implements ReplyStream {
  constructor(private readonly call: ServerStreamCall) {}

  get metadata(): ReplyMetadata {
    return this.call.metadataOfReply;
  }

  get messages(): AsyncIterable<Uint8Array> {
    return this.call;
  }

  cancel(): void {
    this.call.cancel();
  }
}
