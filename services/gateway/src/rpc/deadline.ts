import type { IncomingHttpHeaders } from 'node:http';
import { MAX_CALL_MS } from '@gatehouse/grpc';
import { callTimeoutMs } from '@gatehouse/transcoding';

/**
 * How long the call behind a request may take, in milliseconds: what `Grpc-Timeout` or `X-Request-Timeout` asks
 * for, up to what services allow.
 *
 * @param defaultMs for who does not ask
 * @throws TranscodingError TIMEOUT_MALFORMED (400)
 */
export function timeoutOf(headers: IncomingHttpHeaders, defaultMs: number): number {
  const grpcTimeout = headers['grpc-timeout'] as string | undefined;
  const requestTimeout = headers['x-request-timeout'] as string | undefined;
  if (grpcTimeout === undefined && requestTimeout === undefined) return defaultMs;
  return callTimeoutMs({ grpcTimeout, requestTimeout }, MAX_CALL_MS);
}
