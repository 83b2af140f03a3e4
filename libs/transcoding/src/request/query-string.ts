import { decodeEscapes } from '../router/percent.js';
import { badRequest } from '../transcoding-error.js';

/** A decoded query parameter. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** Parameters in one query; above it the work per request would be the caller's to choose. */
export const MAX_PARAMETERS = 1000;

/**
 * Splits and decodes a query (without its "?") in the form of application/x-www-form-urlencoded: `&` between,
 * `+` is a space, each part decoded once.
 *
 * @param literalPlus whether `+` is a plus
 * @throws TranscodingError QUERY_MALFORMED, QUERY_TOO_LONG (400)
 */
export function parseQuery(query: string, literalPlus = false): QueryParameter[] {
  if (query === '') return [];
  const parts = query.split('&', MAX_PARAMETERS + 1);
  if (parts.length > MAX_PARAMETERS) {
    throw badRequest('QUERY_TOO_LONG', `the query has more than ${MAX_PARAMETERS} parameters`);
  }
  return parts.filter((part) => part !== '').map((part) => parseParameter(part, literalPlus));
}

function parseParameter(part: string, literalPlus: boolean): QueryParameter {
  if (!/^[\x21-\x7e]*$/.test(part)) {
    throw badRequest('QUERY_MALFORMED', 'the query holds characters that must be escaped');
  }
  const text = literalPlus || !part.includes('+') ? part : part.replaceAll('+', ' ');
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? '' : text.slice(equals + 1);
  return { name: decodePart(name), value: decodePart(value) };
}

function decodePart(text: string): string {
  return decodeEscapes(text, 'QUERY_MALFORMED', 'the query');
}
