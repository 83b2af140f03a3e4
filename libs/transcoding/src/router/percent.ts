import { badRequest } from '../transcoding-error.js';
import type { MultiSegmentDecoding } from '../routes/route.js';

/**
 * Refuses a raw path that could be read in two ways: a malformed escape, escapes that are no UTF-8, or
 * characters that must be escaped (RFC 3986 section 3.3).
 *
 * @throws TranscodingError PATH_MALFORMED
 */
export function checkRawPath(path: string): void {
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw badRequest('PATH_MALFORMED', 'the path holds characters that must be escaped');
  if (path.includes('%')) decodeEscapes(path, 'PATH_MALFORMED', 'the path');
}

/**
 * Decodes every escape, once.
 *
 * @throws TranscodingError with `reason` for a malformed escape or invalid UTF-8
 */
export function decodeEscapes(text: string, reason: string, what: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(reason, `${what} holds a malformed escape or invalid UTF-8`);
  }
}

const KEPT = { 'all-except-slash': /%2f/gi, 'all-except-reserved': /%(?:2[1346789abcf]|3[abdf]|40|5[bd])/gi };

/** Decodes a segment of a multi-segment variable, which keeps `%2F` as it came so that it stays apart from "/". */
export function decodeMultiSegment(text: string, mode: MultiSegmentDecoding): string {
  if (mode === 'all' || !text.includes('%')) return decodeURIComponent(text);
  return decodeURIComponent(text.replace(KEPT[mode], (escape) => `%25${escape.slice(1)}`));
}
