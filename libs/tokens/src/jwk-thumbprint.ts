import { createHash } from 'node:crypto';

/**
 * The RFC 7638 thumbprint of an elliptic curve key: SHA-256 over its required members in lexical order. Gatehouse
 * uses it as the key ID, so that equal IDs mean equal keys.
 *
 * @param jwk public members of the key, `x` and `y` in base64url
 * @returns 43 characters of base64url
 */
export function jwkThumbprint(jwk: { readonly crv: string; readonly x: string; readonly y: string }): string {
  const required = JSON.stringify({ crv: jwk.crv, kty: 'EC', x: jwk.x, y: jwk.y });
  return createHash('sha256').update(required).digest('base64url');
}
