import type { IncomingHttpHeaders } from 'node:http';
import { metadataOfHeaders } from '@gatehouse/transcoding';
import type { UpstreamCall } from '../upstream/upstream.js';
import type { CallOrigin } from './call-origin.js';

/** What metadata can carry: printable ASCII without spaces at the ends. */
const SOUND_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/;

/** Headers that describe the caller's wishes and go on, and the keys they go on under. */
const FORWARDED = [
  ['accept-language', 'accept-language'],
  // `user-agent` itself is the gRPC client's.
  ['user-agent', 'client-user-agent'],
] as const;

/**
 * The metadata of a call, from this list and nothing else. Whatever a caller says about who it is, in any header
 * but the one of its credential, ends here.
 *
 * @param authorization the access token that the caller's credential stands for, which the service verifies again;
 *   undefined for a method that reads none
 * @param forward further headers that the operator lets through, under their own names
 * @throws TranscodingError HEADER_MALFORMED for one with bytes that is no base64
 */
export function callMetadata(
  origin: CallOrigin,
  authorization: string | undefined,
  forward: readonly string[],
): UpstreamCall['metadata'] {
  const { headers } = origin.request;
  const metadata: Record<string, string | readonly string[]> = {};
  if (forward.length > 0) addForwarded(metadata, headers, forward);
  metadata['x-request-id'] = origin.requestId;
  metadata['traceparent'] = origin.trace.traceparent;
  if (origin.clientAddress !== '') metadata['x-client-address'] = origin.clientAddress;
  if (authorization !== undefined) metadata['authorization'] = authorization;
  const { tracestate } = headers;
  // A state belongs to the trace it came with (W3C Trace Context, section 3.3).
  if (headers.traceparent?.includes(origin.traceId) && isSound(tracestate))
    metadata['tracestate'] = tracestate;
  for (const [header, key] of FORWARDED) {
    const value = headers[header];
    if (isSound(value)) metadata[key] = value;
  }
  return metadata;
}

function addForwarded(
  metadata: Record<string, string | readonly string[]>,
  headers: IncomingHttpHeaders,
  allow: readonly string[],
): void {
  for (const [key, values] of metadataOfHeaders(headers, { allow }))
    if (key.endsWith('-bin') || values.every(isSound)) metadata[key] = values;
}

function isSound(value: string | string[] | undefined): value is string {
  return typeof value === 'string' && SOUND_VALUE.test(value);
}
