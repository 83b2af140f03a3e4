import type { Metadata } from '@grpc/grpc-js';

/** An access token as a call presents it, unchecked. */
export interface PresentedToken {
  readonly accessToken: string;
  /** What it has to be bound to: its caller sends a proof along, or claims to need none. */
  readonly binding: 'none' | 'key';
}

/**
 * `Bearer` (RFC 6750, section 2.1) or `DPoP` (RFC 9449, section 7.1), one space, the access token. Scheme names ignore
 * case (RFC 9110, section 11.1).
 */
const SCHEME = /^(?:Bearer|DPoP) /i;

const DPOP = /^D/i;

/**
 * Returns the access token of a call: there must be exactly one
 * `authorization` value, of scheme Bearer or DPoP. Nothing else is looked at.
 */
export function presentedToken(metadata: Metadata): PresentedToken | undefined {
  const values = metadata.get('authorization');
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'string' || !SCHEME.test(value)) return undefined;
  const accessToken = value.slice(value.indexOf(' ') + 1);
  if (accessToken === '' || accessToken.includes(' ')) return undefined;
  return { accessToken, binding: DPOP.test(value) ? 'key' : 'none' };
}
