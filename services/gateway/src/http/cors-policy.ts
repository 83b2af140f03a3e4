import type { CorsPolicy } from '@gatehouse/transcoding';
import type { HeaderPolicy } from './header-policy.js';

/** The gateway's own headers that a page may read. */
const EXPOSED_HEADERS = ['Allow', 'ETag', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'];

/** The policy of preflights, and what every answer to an allowed origin says besides. */
export interface PageAccess extends CorsPolicy {
  /** The response headers that a page may read. */
  readonly exposed: readonly string[];
}

/**
 * Which pages of other origins may call: with an access token that they bring, or with the session of the browser.
 * Origins are exact, and there is no word for all of them.
 *
 * @param origins exact origins
 * @param headers what the operator lets through besides
 */
export function corsPolicy(
  origins: readonly string[],
  { forward, expose }: HeaderPolicy = { forward: [], expose: [] },
): PageAccess {
  return {
    origins,
    headers: [
      'authorization',
      'content-type',
      'dpop',
      'grpc-timeout',
      'if-match',
      'if-none-match',
      'traceparent',
      'tracestate',
      'x-api-key',
      'x-request-id',
      'x-request-timeout',
      ...forward,
    ],
    exposed: [...EXPOSED_HEADERS, ...expose],
    credentials: true,
    maxAgeSeconds: 600,
  };
}
