import type { Route } from '@gatehouse/transcoding';
import type { Json } from './json.js';

/** A request as HTTP carries it. */
export interface RestRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: unknown;
}

/**
 * Lays a request message out over path, query and body as its route says (google/api/http.proto).
 *
 * @param request in canonical JSON
 */
export function restRequest(route: Route, request: Json): RestRequest {
  const left = structuredClone(request) as Record<string, unknown>;
  const path = route.template.text.replace(/\{([^}=]+)(?:=[^}]*)?\}/g, (_match, name: string) => {
    const variable = route.variables.find((candidate) => candidate.name === name);
    if (!variable) throw new Error(`${route.rpcName}: the template names ${name}, the route does not`);
    const names = variable.fields.map(({ jsonName }) => jsonName);
    return encodeURIComponent(String(take(left, names)));
  });
  const body = bodyOf(route, left);
  const query = body === left ? [] : queryOf(left);
  return {
    method: route.method,
    target: query.length === 0 ? path : `${path}?${new URLSearchParams(query).toString()}`,
    body,
  };
}

function bodyOf({ body }: Route, left: Record<string, unknown>): unknown {
  if (body.kind === 'none') return undefined;
  if (body.kind === 'message') return left;
  return take(
    left,
    body.fields.map(({ jsonName }) => jsonName),
  );
}

/** Removes a member, however deep, and returns it. */
function take(from: Record<string, unknown>, names: readonly string[]): unknown {
  const [name = '', ...deeper] = names;
  const value = from[name];
  if (value === undefined) throw new Error(`the request has no ${names.join('.')}`);
  if (deeper.length > 0) return take(value as Record<string, unknown>, deeper);
  delete from[name];
  return value;
}

function queryOf(message: Json, prefix = ''): [string, string][] {
  return Object.entries(message).flatMap(([name, value]): [string, string][] => {
    if (Array.isArray(value)) return value.map((member) => [prefix + name, String(member)]);
    if (typeof value === 'object' && value !== null) return queryOf(value as Json, `${prefix}${name}.`);
    return [[prefix + name, String(value)]];
  });
}
