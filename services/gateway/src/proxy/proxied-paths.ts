/** What a path that goes to auth is made of: no escape, no empty segment and none that leads upwards, so that it means one thing. */
const PATH = /^\/(oauth2|login|account|device)(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;

/** The documents by which OAuth clients find their way (RFC 8414, section 3; OpenID Connect Discovery, section 4). */
const DOCUMENTS: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]);

/** Method and path of those that are taken when others are refused: people and programs prove by them who they are. */
export const essentialProxied: readonly string[] = [
  'POST /login',
  'POST /oauth2/token',
  'POST /oauth2/introspect',
];

/**
 * The template of a path that browsers and OAuth clients reach auth by; undefined for any other. There are few
 * templates, as measurements name them.
 *
 * @param rawPath as it came, still encoded
 */
export function proxiedRoute(rawPath: string): string | undefined {
  if (DOCUMENTS.has(rawPath)) return rawPath;
  const first = PATH.exec(rawPath)?.[1];
  return first === undefined ? undefined : `/${first}/*`;
}

/** Whether a path is for OAuth clients, which bring no cookie, and not one of a page. */
export function isProtocolPath(rawPath: string): boolean {
  return rawPath.startsWith('/oauth2/') || DOCUMENTS.has(rawPath);
}
