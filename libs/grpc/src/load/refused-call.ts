import {
  Metadata,
  ServerInterceptingCall,
  status,
  type ServerInterceptingCallInterface,
  type StatusObject,
} from '@grpc/grpc-js';
import { platformReasons, toStatusObject } from '@gatehouse/errors';

/** When trying again makes sense, in milliseconds. */
export const SHED_RETRY_AFTER_MS = 1_000;

/** Names the codings of messages that a server reads. */
const ACCEPT_ENCODING = 'grpc-accept-encoding';

/** What a call is refused with for which there is no place: the same for everyone, so made once. */
export const OVERLOADED = toStatusObject(platformReasons.OVERLOADED({ retryAfterMs: SHED_RETRY_AFTER_MS }));

/** Answers a call before anything of it is read, at the least cost. */
export function refusedCall(call: ServerInterceptingCallInterface, refusal: StatusObject = OVERLOADED) {
  return new ServerInterceptingCall(call, { start: () => call.sendStatus(refusal) });
}

/** What a call is refused with whose messages are compressed (gRPC's compression.md). */
export const COMPRESSED: StatusObject = compressed();

function compressed(): StatusObject {
  const metadata = new Metadata();
  metadata.set(ACCEPT_ENCODING, 'identity');
  return { code: status.UNIMPLEMENTED, details: 'messages are read uncompressed alone', metadata };
}

/**
 * Whether the messages of a call may be compressed. A few kilobytes of zeros are 4 MiB, of hundreds of calls at once,
 * before anybody has asked who calls. grpc-js takes the header away before interceptors see the metadata and keeps it in
 * the call alone.
 */
export function isCompressed(call: ServerInterceptingCallInterface): boolean {
  const { incomingEncoding = 'identity' } = call as { readonly incomingEncoding?: string };
  return incomingEncoding !== 'identity';
}
