/** The methods that measurements and spans tell apart (RFC 9110, section 9; RFC 5789); strangers may make up any number. */
const KNOWN: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
]);

/** The method of a request as measurements and spans have it: `_OTHER` for one that is not known. */
export function measuredMethod(method: string | undefined): string {
  return method !== undefined && KNOWN.has(method) ? method : '_OTHER';
}
