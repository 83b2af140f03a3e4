import { platformReasons } from '@gatehouse/errors';
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** A value of a keyset: what the last row of a page has in one of the columns that rows are ordered by. */
export type CursorValue = string | number | bigint | Date | null;

/** What page tokens are signed with. */
export interface PageTokenOptions {
  /** At least 32 bytes, the same in every replica; a page token signed with another key is refused. */
  readonly key: Uint8Array;
}

/** Writes and reads the page tokens of lists (AIP-158). */
export interface PageTokens {
  /**
   * Writes where the next page begins.
   * @param cursor the ordered columns of the page's last row; empty string of a page token means no next page
   * @param query everything that decides which rows are listed and how: subject, filter, order
   */
  encode(cursor: readonly CursorValue[], query: unknown): string;
  /**
   * Reads a page token again; undefined for the first page (an empty token).
   * @throws AppError INVALID_ARGUMENT / PAGE_TOKEN_INVALID when it was changed, is of another form, or was
   * issued for another query
   */
  decode(pageToken: string, query: unknown): CursorValue[] | undefined;
}

/** First byte of every page token. Raise it when the form changes: older ones are then refused, not misread. */
const VERSION = 1;
const CHECKSUM_BYTES = 16;
/** A keyset is a few short values; more is not ours and is not looked at. */
const MAX_LENGTH = 2_048;

/**
 * Opaque page tokens for keyset paging (AIP-158): version, checksum, cursor as JSON, in base64url. The checksum
 * is keyed, so a cursor that this system did not issue never reaches a query, and covers the query, so that a
 * page token cannot be carried over to another filter, order or caller.
 */
export function pageTokens({ key }: PageTokenOptions): PageTokens {
  if (key.length < 32) throw new RangeError('the key of page tokens must have at least 32 bytes');
  // Node makes a key object of bytes each time, which takes five times as long as the hash.
  const secret = createSecretKey(key);
  const checksum = (cursor: Buffer, query: unknown): Buffer =>
    createHmac('sha256', secret)
      .update(Buffer.from([VERSION]))
      .update(createHmac('sha256', secret).update(canonical(query)).digest())
      .update(cursor)
      .digest()
      .subarray(0, CHECKSUM_BYTES);

  return {
    encode(cursor, query) {
      const body = Buffer.from(JSON.stringify(cursor.map(toJson)));
      return Buffer.concat([Buffer.from([VERSION]), checksum(body, query), body]).toString('base64url');
    },
    decode(pageToken, query) {
      if (pageToken === '') return undefined;
      const bytes = Buffer.from(pageToken.slice(0, MAX_LENGTH), 'base64url');
      const body = bytes.subarray(1 + CHECKSUM_BYTES);
      const issued =
        bytes.toString('base64url') === pageToken &&
        bytes[0] === VERSION &&
        body.length > 0 &&
        timingSafeEqual(bytes.subarray(1, 1 + CHECKSUM_BYTES), checksum(body, query));
      if (!issued) {
        throw platformReasons.PAGE_TOKEN_INVALID({
          violations: [{ field: 'page_token', description: 'was not issued for this list' }],
        });
      }
      return (JSON.parse(body.toString()) as JsonCursorValue[]).map(fromJson);
    },
  };
}

type JsonCursorValue = string | number | null | { int8: string } | { time: string };

function toJson(value: CursorValue): JsonCursorValue {
  if (typeof value === 'bigint') return { int8: value.toString() };
  if (value instanceof Date) return { time: value.toISOString() };
  return value;
}

function fromJson(value: JsonCursorValue): CursorValue {
  if (value === null || typeof value !== 'object') return value;
  return 'int8' in value ? BigInt(value.int8) : new Date(value.time);
}

/** JSON with the members of every object in order, so that equal queries have equal text. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, member: unknown) => {
      if (typeof member === 'bigint') return `${member}n`;
      if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
      return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ''
  );
}
