/** What a name of an access token begins with; no base64url has it. */
const PREFIX = 'at~';

/** An access token as it is written: a JWS in compact form. */
const COMPACT = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}$/;

/**
 * The name under which the library may look for an access token that is a JWT. It refuses to introspect or revoke one by
 * its text (`unsupported_token_type`), as it keeps none. A text that is no JWT stands for itself.
 */
export function handleOfToken(text: string): string {
  return COMPACT.test(text) ? `${PREFIX}${text.replaceAll('.', '~')}` : text;
}

/** Whether a name is one that {@link handleOfToken} made of an access token. */
export function isTokenHandle(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** The access token that a name was made of. */
export function tokenOfHandle(handle: string): string {
  return handle.slice(PREFIX.length).replaceAll('~', '.');
}
