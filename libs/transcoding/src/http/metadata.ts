import { parseBase64 } from '../json/base64.js';
import { badRequest } from '../transcoding-error.js';

/** HTTP headers as node:http gives them: lower-case names. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Which headers cross, by lower-case name. What is not named does not cross. */
export interface MetadataPolicy {
  /** Header names that become metadata of the same name, and metadata names that become headers. */
  readonly allow: readonly string[];
  /** A prefix (`grpc-metadata-`) whose headers become metadata under the rest of their name. */
  readonly prefix?: string;
  /** Names that no caller may set, also not behind the prefix: what the gateway says about the caller. */
  readonly reserved?: readonly string[];
}

/** Of one connection and not of the message (RFC 9110 section 7.6.1), or of HTTP/2 itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The metadata of a call from the headers of a request: nothing but what the policy names; never hop-by-hop
 * headers and never the `grpc-` names that belong to the protocol.
 *
 * @throws TranscodingError HEADER_MALFORMED (400) for a `-bin` header that is no base64
 */
export function metadataOfHeaders(
  headers: HeaderMap,
  policy: MetadataPolicy,
): Map<string, readonly string[]> {
  const metadata = new Map<string, readonly string[]>();
  const allowed = new Set(policy.allow);
  const reserved = new Set(policy.reserved ?? []);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const prefixed = policy.prefix !== undefined && name.startsWith(policy.prefix);
    const key = prefixed ? name.slice((policy.prefix as string).length) : name;
    if (reserved.has(key) || !isForwardable(key) || !(prefixed ? !allowed.has(key) : allowed.has(key)))
      continue;
    const values = typeof value === 'string' ? [value] : value;
    if (key.endsWith('-bin') && values.some((text) => parseBase64(text) === undefined)) {
      throw badRequest('HEADER_MALFORMED', 'a -bin header must be base64');
    }
    metadata.set(key, values);
  }
  return metadata;
}

/** The headers of a response from the metadata of a reply: nothing but what the policy allows. */
export function headersOfMetadata(
  metadata: Iterable<readonly [string, readonly string[]]>,
  policy: Pick<MetadataPolicy, 'allow'>,
): Map<string, string> {
  const allowed = new Set(policy.allow);
  const headers = new Map<string, string>();
  for (const [name, values] of metadata) {
    if (allowed.has(name) && isForwardable(name)) headers.set(name, values.join(', '));
  }
  return headers;
}

/** X-Forwarded-For with the address of the peer appended. */
export function forwardedFor(header: string | readonly string[] | undefined, peer: string): string {
  const earlier = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  return [...earlier, peer].join(', ');
}

function isForwardable(name: string): boolean {
  return /^[a-z0-9_.-]+$/.test(name) && !HOP_BY_HOP.has(name) && !name.startsWith('grpc-');
}
