import type { IncomingMessage, ServerResponse } from 'node:http';
import { gatewayReasons } from '../reasons.js';
import { MAX_BODY_BYTES } from './http-limits.js';

/** Whether a request announces a body (RFC 9112, section 6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads the whole body as it came. Only now is a caller that waits for `100 Continue` (RFC 9110, section 10.1.1) told
 * to send it.
 *
 * @returns undefined when the request has none
 * @throws AppError BODY_TOO_LARGE, CONTENT_ENCODING_UNSUPPORTED, or REQUEST_MALFORMED when it ends early
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Uint8Array | undefined> {
  if (!hasBody(request)) return undefined;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw gatewayReasons.CONTENT_ENCODING_UNSUPPORTED();
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw gatewayReasons.BODY_TOO_LARGE();
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) return void chunks.push(chunk);
      request.pause();
      request.removeAllListeners('data');
      reject(gatewayReasons.BODY_TOO_LARGE());
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', (cause) => reject(gatewayReasons.REQUEST_MALFORMED({ cause })));
  });
}
