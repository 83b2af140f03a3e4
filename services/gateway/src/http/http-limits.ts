import type { ServerOptions } from 'node:http';

/** The longest path and query that is looked at, in characters. */
export const MAX_TARGET_CHARS = 8_192;

/** The most headers of one request. */
export const MAX_HEADERS = 100;

/** The most connections at once; further ones are closed as they come. */
export const MAX_CONNECTIONS = 10_000;

/**
 * How long a connection may stand still, in milliseconds: a caller that does not read its answer is let go, and one that
 * asks for nothing more. Longer than any call, and than callers are told.
 */
export const IDLE_SOCKET_MS = 75_000;

/** How long callers may take for the next request on a connection that is kept, in milliseconds. */
export const KEPT_MS = 65_000;

/** What they are told of it. */
export const KEPT: readonly [name: string, value: string] = ['keep-alive', `timeout=${KEPT_MS / 1_000}`];

/** The limits that Node's HTTP parser enforces, times in milliseconds, sizes in bytes. */
export const parserLimits: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  // No connection goes on for longer than 10 s without having asked for anything, on a busy machine either: with the interval
  // below it is 9.
  headersTimeout: 8_500,
  requestTimeout: 30_000,
  // How often the two timeouts above are looked at; Node's 30 s would double them.
  connectionsCheckingInterval: 500,
  // The bound above ends what rests: a timer of its own would be set with each answer and taken back with the next request.
  keepAliveTimeout: 0,
  insecureHTTPParser: false,
  // Node would answer without a problem and without a word in the log; the edge asks for it.
  requireHostHeader: false,
  noDelay: true,
  // Most requests have no body, and need no stream that ends without one.
  optimizeEmptyRequests: true,
};
