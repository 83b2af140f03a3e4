import type { Router } from '../router/router.js';

/** Which pages of other origins may call, and how. */
export interface CorsPolicy {
  /** Exact origins, such as `https://app.example`. `*` is deliberately not understood. */
  readonly origins: readonly string[];
  /** Request headers that a page may send, lower case. */
  readonly headers: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

/** A preflight request (Fetch, section 3.2.2). */
export interface Preflight {
  readonly rawPath: string;
  readonly origin: string;
  readonly requestMethod: string;
}

/**
 * The headers that answer a preflight with 204, methods from the routes; undefined where no route has the path
 * and method, or the origin is not allowed, so that the answer carries no CORS header and the browser refuses.
 *
 * @throws TranscodingError PATH_MALFORMED (400)
 */
export function preflightHeaders(
  router: Router,
  request: Preflight,
  policy: CorsPolicy,
): Record<string, string> | undefined {
  const methods = corsMethods(router, request.rawPath);
  if (!methods.includes(request.requestMethod) || !policy.origins.includes(request.origin)) return undefined;
  return {
    ...originHeaders(request.origin, policy),
    'access-control-allow-methods': methods.join(', '),
    ...(policy.headers.length === 0 ? {} : { 'access-control-allow-headers': policy.headers.join(', ') }),
    'access-control-max-age': String(policy.maxAgeSeconds),
  };
}

/** The CORS headers of an ordinary response; none where the origin is not allowed. */
export function originHeaders(origin: string, policy: CorsPolicy): Record<string, string> {
  if (!policy.origins.includes(origin)) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    vary: 'Origin',
    ...(policy.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** The methods of a path as CORS and OPTIONS list them: those of its routes, HEAD with GET, and OPTIONS. Empty where there is no route. */
export function corsMethods(router: Router, rawPath: string): string[] {
  const own = router.methods(rawPath);
  if (own.length === 0) return [];
  const every = own.includes('*') ? ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'] : [];
  const methods = new Set([...own, ...every, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS']);
  methods.delete('*');
  return [...methods].sort();
}
