import { ifMatchFields } from '../request/request-plan.js';
import { hasEtag, isReadWithEtag } from '../response/response-encoder.js';
import type { Route } from '../routes/route.js';
import type { JsonObject } from './openapi-options.js';

const TAG = { schema: { type: 'string' } };
const ETAG = { ETag: { description: 'The entity tag of what was sent.', ...TAG } };

/** The headers in which a request may state a condition (RFC 9110, section 13). */
export function preconditionParameters(route: Route): JsonObject[] {
  const header = (name: string, description: string) => ({ name, in: 'header', description, ...TAG });
  return [
    ...(ifMatchFields(route) === undefined
      ? []
      : [header('If-Match', 'One entity tag, which has to be the current one, or `*`.')]),
    ...(isReadWithEtag(route)
      ? [
          header('If-Match', 'Entity tags of which one has to be the current one, or `*`.'),
          header('If-None-Match', 'Entity tags of which a body is there already.'),
        ]
      : []),
  ];
}

function takesIfMatch(route: Route): boolean {
  return ifMatchFields(route) !== undefined || isReadWithEtag(route);
}

/** The headers of a 200. */
export function successHeaders(route: Route): JsonObject {
  return hasEtag(route) ? { headers: ETAG } : {};
}

/** The answer to a condition that does not hold: none for a method that takes no condition. */
export function preconditionResponses(route: Route, problem: JsonObject): JsonObject {
  return {
    ...(isReadWithEtag(route) ? { '304': { description: 'The caller has it already', headers: ETAG } } : {}),
    ...(takesIfMatch(route)
      ? { '412': { description: 'It has changed since `If-Match` was read', content: problem } }
      : {}),
  };
}
