import type { Route, RouteTable, RouteVariable } from '../routes/route.js';
import { upperCaseEscapes } from '../routes/template.js';
import { checkRawPath, decodeEscapes, decodeMultiSegment } from './percent.js';
import { search } from './search.js';
import { insert, newTrie, type RoutesByMethod, type TrieNode } from './trie.js';

/** What the router answers. */
export type RouteMatch =
  | {
      readonly kind: 'match';
      readonly route: Route;
      /** The decoded values of `route.variables`, in their order. */
      readonly values: readonly string[];
    }
  | { readonly kind: 'not-found' }
  /** Another method is served at this path; `allow` is the value of the Allow header (RFC 9110 section 10.2.1). */
  | { readonly kind: 'method-not-allowed'; readonly allow: string };

const NOT_FOUND: RouteMatch = { kind: 'not-found' };

/**
 * Finds the route of a request. The path is split first and decoded once afterwards, so an escaped slash
 * never makes a segment. Literal beats `*` beats `**`, with backtracking, also across methods; a template
 * whose verb ends the path beats one without; an exact method beats `custom: "*"` on the same template; HEAD
 * is served by GET. Nothing else is guessed: no slash is added, dropped or merged, no header overrides the
 * method.
 */
export class Router {
  /** By verb, longest first, so that `:a:b` is tried before `:b`; no verb (the empty one) last. */
  private readonly tries: { readonly suffix: string; readonly root: TrieNode }[];

  constructor(private readonly table: Pick<RouteTable, 'routes' | 'strictVerbs'>) {
    const byVerb = new Map<string, TrieNode>();
    for (const route of table.routes) {
      const suffix = route.template.verb === undefined ? '' : `:${upperCaseEscapes(route.template.verb)}`;
      let root = byVerb.get(suffix);
      if (root === undefined) byVerb.set(suffix, (root = newTrie()));
      insert(root, route);
    }
    this.tries = [...byVerb]
      .map(([suffix, root]) => ({ suffix, root }))
      .sort((a, b) => b.suffix.length - a.suffix.length);
  }

  /**
   * @param method upper-case HTTP method
   * @param rawPath the path of the request line: still percent-encoded, without the query
   * @throws TranscodingError PATH_MALFORMED (400)
   */
  match(method: string, rawPath: string): RouteMatch {
    checkRawPath(rawPath);
    const path = split(rawPath);
    if (path === undefined) return NOT_FOUND;
    const route = this.find(path, method) ?? (method === 'HEAD' ? this.find(path, 'GET') : undefined);
    if (route !== undefined) {
      return {
        kind: 'match',
        route,
        values: valuesOf(path, route),
      };
    }
    const allow = this.methodsAt(path);
    return allow.length === 0 ? NOT_FOUND : { kind: 'method-not-allowed', allow: allow.join(', ') };
  }

  /**
   * The methods of the routes that match a path, sorted; `*` for one that takes every method. HEAD is not
   * listed where only GET serves it.
   *
   * @throws TranscodingError PATH_MALFORMED (400)
   */
  methods(rawPath: string): readonly string[] {
    checkRawPath(rawPath);
    const path = split(rawPath);
    return path === undefined ? [] : this.methodsAt(path);
  }

  private methodsAt(path: SplitPath): string[] {
    const methods = new Set<string>();
    this.walk(path, (routes, verb) => {
      for (const route of routes.values()) if (fits(path, route, verb)) methods.add(route.method);
      return undefined;
    });
    return [...methods].sort();
  }

  private find(path: SplitPath, method: string): Route | undefined {
    return this.walk(path, (routes, verb) => {
      const route = routes.get(method) ?? routes.get('*');
      return route !== undefined && fits(path, route, verb) ? route : undefined;
    });
  }

  private walk(
    path: SplitPath,
    visit: (routes: RoutesByMethod, suffix: string) => Route | undefined,
  ): Route | undefined {
    const last = path.keys.at(-1) ?? '';
    const hasColon = last.includes(':');
    for (const { suffix, root } of this.tries) {
      // Most paths have no colon where a verb could stand, and need no look at any.
      if (suffix === '' ? this.table.strictVerbs && hasColon : !hasColon || !last.endsWith(suffix)) continue;
      const found = search(root, withoutVerb(path.keys, suffix.length), (routes) => visit(routes, suffix));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

interface SplitPath {
  /** The raw segments. */
  readonly raw: readonly string[];
  /** The segments as literals are compared: escapes in upper case. */
  readonly keys: readonly string[];
  /** Index of the first empty segment, or -1. */
  readonly emptyAt: number;
}

/** Undefined for a path that ends in "/" and is not the root: no template can name it. */
function split(rawPath: string): SplitPath | undefined {
  if (rawPath === '/') return { raw: [], keys: [], emptyAt: -1 };
  if (rawPath.endsWith('/')) return undefined;
  const raw = rawPath.slice(1).split('/');
  const keys = rawPath.includes('%') ? raw.map(upperCaseEscapes) : raw;
  return { raw, keys, emptyAt: raw.indexOf('') };
}

/** A `**` that stands outside of a variable may pass over empty segments, since nothing is made of them. */
function fits(path: SplitPath, route: Route, suffix: string): boolean {
  if (route.template.doubleStarAt < 0) return true;
  if (path.emptyAt < 0 && (path.raw.length === 1 || path.keys.at(-1) !== suffix)) return true;
  return !route.variables.some((variable) => segmentsOf(path, route, variable).includes(''));
}

function segmentsOf(path: SplitPath, route: Route, variable: RouteVariable): string[] {
  const segments = withoutVerb(
    path.raw,
    route.template.verb === undefined ? 0 : route.template.verb.length + 1,
  );
  const count = segments.length;
  const start = variable.start < 0 ? count + variable.start + 1 : variable.start;
  const end = variable.end < 0 ? count + variable.end + 1 : variable.end;
  return segments.slice(start, end);
}

/** Takes a verb off the last segment; "/:verb" is the root with a verb. */
function withoutVerb(segments: readonly string[], length: number): readonly string[] {
  if (length === 0) return segments;
  const last = (segments.at(-1) ?? '').slice(0, -length);
  return segments.length === 1 && last === '' ? [] : [...segments.slice(0, -1), last];
}

const NO_VALUES: readonly string[] = [];

function valuesOf(path: SplitPath, route: Route): readonly string[] {
  if (route.variables.length === 0) return NO_VALUES;
  return route.variables.map((variable) => valueOf(path, route, variable));
}

function valueOf(path: SplitPath, route: Route, variable: RouteVariable): string {
  const segments = segmentsOf(path, route, variable);
  if (variable.singleSegment) return decodeEscapes(segments[0] ?? '', 'PATH_MALFORMED', 'the path');
  const mode = route.options.multiSegmentDecoding ?? 'all-except-slash';
  return segments.map((segment) => decodeMultiSegment(segment, mode)).join('/');
}
