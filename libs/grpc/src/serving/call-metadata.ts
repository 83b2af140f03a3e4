import { Metadata } from '@grpc/grpc-js';
import type { Entries, Metadata as SentMetadata } from '@gatehouse/http2-grpc';

const NOTHING: SentMetadata = {};

/** What came with a call, in the shape that grpc-js gives it. */
export class ReceivedMetadata extends Metadata {
  constructor(entries: Entries) {
    super();
    // Checked when it was read: `add` would check it again.
    for (let at = 0; at < entries.length; at += 2)
      this.#take(entries[at] as string, entries[at + 1] as string);
  }

  #take(name: string, value: string): void {
    let values = this.internalRepr.get(name);
    if (values === undefined) this.internalRepr.set(name, (values = []));
    if (!name.endsWith('-bin')) values.push(value);
    // Several values of bytes may come as one, separated by commas (gRPC over HTTP/2, Custom-Metadata).
    else for (const part of value.split(',')) values.push(Buffer.from(part, 'base64'));
  }
}

/** What is sent with an answer, as frames take it. */
export function sentMetadata(metadata: Metadata | null | undefined): SentMetadata {
  return metadata ? (metadata.toHttp2Headers() as SentMetadata) : NOTHING;
}
