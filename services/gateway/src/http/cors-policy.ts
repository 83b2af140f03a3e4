import type { CorsPolicy } from '@gatehouse/transcoding';

/** The response headers that a page of an allowed origin may read. */
export const EXPOSED_HEADERS = 'Allow, ETag, Retry-After, WWW-Authenticate, X-Request-Id';

/**
 * Which pages of other origins may call. Without credentials of the browser: a page brings its access token in the
 * `authorization` header or has none.
 *
 * @param origins exact origins
 */
export function corsPolicy(origins: readonly string[]): CorsPolicy {
  return {
    origins,
    headers: [
      'authorization',
      'content-type',
      'if-match',
      'if-none-match',
      'traceparent',
      'tracestate',
      'x-request-id',
      'x-request-timeout',
    ],
    credentials: false,
    maxAgeSeconds: 600,
  };
}
