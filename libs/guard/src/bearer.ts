import type { Metadata } from '@grpc/grpc-js';

/** `Bearer`, one space, the access token (RFC 6750, section 2.1). Scheme names ignore case (RFC 9110, section 11.1). */
const SCHEME = /^Bearer /i;
const SCHEME_CHARS = 'Bearer '.length;

/**
 * Returns the access token of a call: there must be exactly one
 * `authorization` value, of scheme Bearer. Nothing else is looked at.
 */
export function bearerOf(metadata: Metadata): string | undefined {
  const values = metadata.get('authorization');
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'string' || !SCHEME.test(value)) return undefined;
  const accessToken = value.slice(SCHEME_CHARS);
  return accessToken === '' || accessToken.includes(' ') ? undefined : accessToken;
}
