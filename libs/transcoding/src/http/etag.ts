import { badRequest, TranscodingError } from '../transcoding-error.js';
import { Code } from './status.js';

const ENTITY_TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/** Each of a list, whole: a weak one is none of the strong. */
const LISTED_TAG = /(?:W\/)?"[^"]*"/g;

/**
 * The ETag header (RFC 9110 section 8.8.3) of an `etag` field: quoted, unless the field holds a complete
 * entity tag already. Undefined for an empty field and for one that no entity tag can hold.
 */
export function etagHeader(field: string): string | undefined {
  if (field === '') return undefined;
  const header = ENTITY_TAG.test(field) ? field : `"${field}"`;
  return ENTITY_TAG.test(header) ? header : undefined;
}

/**
 * The value for a request's `etag` field of an If-Match header; undefined for `*`, which asks only that the
 * resource exists.
 *
 * @throws TranscodingError IF_MATCH_UNSUPPORTED (400) for anything but one entity tag; ETAG_MISMATCH (412) for a
 * weak one, which never matches (RFC 9110 section 13.1.1), and for the empty one, which no resource has
 */
export function etagOfIfMatch(header: string): string | undefined {
  const text = header.trim();
  if (text === '*') return undefined;
  const match = ENTITY_TAG.exec(text);
  if (match === null) throw badRequest('IF_MATCH_UNSUPPORTED', 'If-Match must be "*" or one entity tag');
  // In the field an empty text would stand for no condition.
  if (match[1] === undefined && match[2] !== '') return match[2];
  throw mismatch('no resource has an entity tag that is weak or empty');
}

/**
 * Checks the If-Match header of a GET by what is there to be sent: it is `*` or lists the entity tag, compared strongly
 * (RFC 9110 section 13.1.1).
 *
 * @throws TranscodingError ETAG_MISMATCH (412)
 */
export function requireIfMatch(header: string, etag: string | undefined): void {
  if (header.trim() === '*') return;
  const isThere = etag?.startsWith('"') === true && header.match(LISTED_TAG)?.includes(etag) === true;
  if (!isThere) throw mismatch('the resource has another entity tag');
}

/**
 * Whether a GET may be answered 304: If-None-Match is `*` or lists the entity tag, compared weakly (RFC 9110
 * section 13.1.2).
 */
export function matchesIfNoneMatch(header: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = (tag: string): string => tag.replace(/^W\//, '');
  return header.match(LISTED_TAG)?.some((tag) => opaque(tag) === opaque(etag)) ?? false;
}

function mismatch(message: string): TranscodingError {
  return new TranscodingError({
    httpStatus: 412,
    code: Code.FAILED_PRECONDITION,
    reason: 'ETAG_MISMATCH',
    message,
  });
}
