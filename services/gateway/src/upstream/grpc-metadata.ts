import { Metadata } from '@grpc/grpc-js';
import type { ReplyMetadata, UpstreamCall } from './upstream.js';

/** The metadata of a call as grpc-js takes it. */
export function toGrpcMetadata(entries: UpstreamCall['metadata']): Metadata {
  const metadata = new Metadata();
  for (const [key, values] of Object.entries(entries)) {
    for (const value of typeof values === 'string' ? [values] : values) {
      metadata.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
    }
  }
  return metadata;
}

/** The metadata of a reply as it came, bytes in base64. */
export function fromGrpcMetadata(metadata: Metadata): ReplyMetadata {
  const lists = Object.keys(metadata.getMap()).map((key): [string, string[]] => [
    key,
    metadata.get(key).map((value) => (typeof value === 'string' ? value : value.toString('base64'))),
  ]);
  return new Map(lists);
}
