import { cookieValues } from './cookie-values.js';

/**
 * The name of the session cookie. Browsers take a `__Host-` cookie from a secure origin alone, for the whole of it
 * and for no other host (RFC 6265bis, section 4.1.3.2): no sibling domain can plant one.
 */
export const SESSION_COOKIE = '__Host-gatehouse';

/**
 * `Strict`, since pages call with fetch: a browser sends the cookie with what a page of the same site asks for, and
 * no link from elsewhere ever has to carry it.
 */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** What a secret may be made of: nothing that ends a cookie or a header. */
const SECRET = /^[A-Za-z0-9._~-]{1,512}$/;

/** Whether a text could be the secret of a session. */
export function isSessionSecret(text: string): boolean {
  return SECRET.test(text);
}

/** The values of every session cookie of a `cookie` header, in its order. */
export function sessionSecretsOf(cookie: string | undefined): string[] {
  return cookieValues(cookie, SESSION_COOKIE);
}

/**
 * The `set-cookie` header that gives a browser its session.
 *
 * @param maxAgeSeconds until the session ends whatever happens; until the browser is closed unless given
 * @throws Error for a secret that no cookie can carry
 */
export function sessionCookie(secret: string, maxAgeSeconds?: number): string {
  if (!isSessionSecret(secret)) throw new Error('the secret of the session is no cookie value');
  const maxAge = maxAgeSeconds === undefined ? '' : `; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
  return `${SESSION_COOKIE}=${secret}; ${ATTRIBUTES}${maxAge}`;
}

/** The `set-cookie` header that makes a browser forget its session. A cookie ends under its own attributes alone. */
export const endedSessionCookie = `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;
