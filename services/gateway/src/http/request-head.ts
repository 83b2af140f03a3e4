import type { IncomingMessage } from 'node:http';
import { gatewayReasons } from '../reasons.js';
import { MAX_HEADERS, MAX_TARGET_CHARS } from './http-limits.js';

/** Headers that decide something and may stand once. Node keeps the first of most of them and drops the rest in silence. */
const ONCE = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  // Over HTTP/1.1 a browser sends one (RFC 6265, section 5.4).
  'cookie',
  // RFC 9449, section 4.3.
  'dpop',
  'expect',
  'grpc-timeout',
  'host',
  'if-match',
  'origin',
  'sec-fetch-site',
  'traceparent',
  'transfer-encoding',
  'x-api-key',
  'x-request-id',
  'x-request-timeout',
]);

/** A name or an address with or without a port (RFC 9112, section 3.2): `Host` may be empty, and be nothing else. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * Checks what is known of a request before its body.
 *
 * @throws AppError REQUEST_MALFORMED, HEADERS_TOO_LARGE, TARGET_TOO_LONG or HEADER_DUPLICATE
 */
export function checkRequestHead(request: IncomingMessage): void {
  const { rawHeaders, headers, url = '', httpVersionMajor, httpVersionMinor } = request;
  // Node takes a request line without a version for HTTP/0.9.
  if (httpVersionMajor !== 1) throw gatewayReasons.REQUEST_MALFORMED();
  // RFC 9112, section 3.2; and 6.1, as what passes HTTP/1.0 on may know no chunks.
  const { host = httpVersionMinor > 0 ? undefined : '' } = headers;
  if (host === undefined || !HOST.test(host)) throw gatewayReasons.REQUEST_MALFORMED();
  if (httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined)
    throw gatewayReasons.REQUEST_MALFORMED();
  if (rawHeaders.length > 2 * MAX_HEADERS) throw gatewayReasons.HEADERS_TOO_LARGE();
  if (url.length > MAX_TARGET_CHARS) throw gatewayReasons.TARGET_TOO_LONG();
  // As many as there are names: none stands twice.
  if (Object.keys(headers).length * 2 === rawHeaders.length) return;
  refuseRepeated(rawHeaders);
}

/**
 * @param fields names and values by turns
 * @param may the one that may stand several times all the same
 * @throws AppError HEADER_DUPLICATE for one that decides something and stands twice
 */
export function refuseRepeated(fields: readonly string[], may?: string): void {
  const seen = new Set<string>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = (fields[index] as string).toLowerCase();
    if (!ONCE.has(name) || name === may) continue;
    if (seen.has(name)) throw gatewayReasons.HEADER_DUPLICATE({ metadata: { header: name } });
    seen.add(name);
  }
}
