import { hash } from 'node:crypto';

/**
 * The RFC 7638 thumbprint of an elliptic curve key: SHA-256 over its required members in lexical order. Gatehouse
 * uses it as the key ID, so that equal IDs mean equal keys.
 *
 * @param jwk public members of the key in base64url; without `y` it is an octet key pair (RFC 8037 section 2)
 * @returns 43 characters of base64url
 */
export function jwkThumbprint({
  crv,
  x,
  y,
}: {
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}): string {
  const required = y === undefined ? { crv, kty: 'OKP', x } : { crv, kty: 'EC', x, y };
  return hash('sha256', JSON.stringify(required), 'base64url');
}

/** A thumbprint as it is written. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** Whether a value is a thumbprint as {@link jwkThumbprint} makes them. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === 'string' && THUMBPRINT.test(value);
}
