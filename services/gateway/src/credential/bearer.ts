/** `Bearer`, one space, the access token (RFC 6750, section 2.1). Scheme names ignore case (RFC 9110, section 11.1). */
const SCHEME = /^Bearer /i;
const SCHEME_CHARS = 'Bearer '.length;

/** Returns the access token of an `authorization` header; undefined for none and for another scheme. */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !SCHEME.test(authorization)) return undefined;
  const accessToken = authorization.slice(SCHEME_CHARS);
  return accessToken === '' || accessToken.includes(' ') ? undefined : accessToken;
}
