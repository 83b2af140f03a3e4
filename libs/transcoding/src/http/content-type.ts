import { Code } from './status.js';
import { TranscodingError } from '../transcoding-error.js';

/**
 * Whether a Content-Type is JSON in UTF-8: `application/json` or any `+json`, without a charset or with
 * `charset=utf-8` (RFC 8259 section 8.1).
 */
export function isJsonContentType(contentType: string): boolean {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (!/^(?:application\/json|[a-z0-9!#$&^_.-]+\/[a-z0-9!#$&^_.+-]+\+json)$/.test(type)) return false;
  return parameters
    .filter((parameter) => parameter.startsWith('charset='))
    .every((parameter) => /^charset="?utf-?8"?$/.test(parameter));
}

/** Whether a Content-Type is that of a client stream: NDJSON, or JSON for one array. */
export function isJsonStreamContentType(contentType: string): boolean {
  return (
    /^application\/(?:x-ndjson|ndjson|jsonl) *(?:;|$)/i.test(contentType) || isJsonContentType(contentType)
  );
}

/** @throws TranscodingError CONTENT_TYPE_UNSUPPORTED (415) unless the Content-Type is JSON */
export function requireJson(contentType: string | undefined): void {
  if (contentType !== undefined && isJsonContentType(contentType)) return;
  throw new TranscodingError({
    httpStatus: 415,
    code: Code.INVALID_ARGUMENT,
    reason: 'CONTENT_TYPE_UNSUPPORTED',
    message: 'the body must be application/json in UTF-8',
  });
}
