/** The resource indicator of the API (RFC 8707): where it is found, which is where the issuer is. */
export function apiResource(issuer: string): string {
  return issuer;
}
