/** White space around names and values (RFC 6265bis, section 5.6): nothing but spaces and tabs. */
const AROUND = /^[ \t]+|[ \t]+$/g;

/**
 * The values of every cookie of a name in a `cookie` header (RFC 6265, section 4.2.1), in its order. What is white space to
 * `trim` alone, such as a no-break space, is a part of the name, as it is to browsers: to them such a name has no prefix
 * `__Host-`, and a sibling domain could plant the cookie.
 */
export function cookieValues(cookie: string | undefined, name: string): string[] {
  const values: string[] = [];
  for (const pair of cookie?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).replace(AROUND, '') === name)
      values.push(pair.slice(at + 1).replace(AROUND, ''));
  }
  return values;
}
