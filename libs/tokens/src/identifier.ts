const IDENTIFIER = /^[A-Za-z0-9._:~@|-]+$/;

/**
 * Whether a value is an identifier as Gatehouse issues them: letters, digits and `._:~@|-`, nothing that could
 * break a log line, a header or a query.
 *
 * @param maxChars longest identifier admitted
 */
export function isIdentifier(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value.length <= maxChars && IDENTIFIER.test(value);
}

/** Longest key ID admitted. A thumbprint (RFC 7638) has 43 characters. */
export const MAX_KEY_ID_CHARS = 64;

/** Longest `sub`, `client_id`, `jti` or `sid` admitted. A UUID has 36 characters. */
export const MAX_CLAIM_ID_CHARS = 128;
