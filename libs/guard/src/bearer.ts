import type { Metadata } from '@grpc/grpc-js';

/** `Bearer`, one space, the access token (RFC 6750, section 2.1). Scheme names ignore case (RFC 9110, section 11.1). */
const SCHEME = /^Bearer (?=[^ ]+$)/i;

/**
 * Returns the access token of a call: there must be exactly one
 * `authorization` value, of scheme Bearer. Nothing else is looked at.
 */
export function bearerOf(metadata: Metadata): string | undefined {
  const values = metadata.get('authorization');
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'string') return undefined;
  const scheme = SCHEME.exec(value);
  return scheme ? value.slice(scheme[0].length) : undefined;
}
