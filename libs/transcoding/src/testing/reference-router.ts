import type { Route } from '../routes/route.js';
import type { Segment } from '../routes/template.js';

/** What the reference matcher answers: the route and the raw text of its variables. */
export interface ReferenceMatch {
  readonly route: Route;
  readonly raw: readonly string[];
}

/**
 * The router as one would explain it, slow and obvious: try every route on its own, keep those that match, take
 * the most particular. The property test compares the trie with it.
 */
export function referenceMatch(
  routes: readonly Route[],
  method: string,
  path: string,
): ReferenceMatch | undefined {
  const found = routes
    .filter((route) => route.method === method || route.method === '*')
    .flatMap((route) => {
      const raw = matchOne(route, path);
      return raw === undefined ? [] : [{ route, raw }];
    })
    .sort((a, b) => compare(a.route, b.route));
  return found[0] ?? (method === 'HEAD' ? referenceMatch(routes, 'GET', path) : undefined);
}

function matchOne(route: Route, path: string): string[] | undefined {
  const { verb, segments } = route.template;
  if (path.endsWith('/') && path !== '/') return undefined;
  if (verb !== undefined && !path.endsWith(`:${verb}`)) return undefined;
  const bare = verb === undefined ? path : path.slice(0, -verb.length - 1);
  const parts = bare === '/' ? [] : bare.slice(1).split('/');
  const spans = walk(segments, parts, 0, 0);
  if (spans === undefined) return undefined;
  const values = route.variables.map(({ start, end }) => {
    const from = spans[start < 0 ? segments.length + start + 1 : start] as Span;
    const to = spans[(end < 0 ? segments.length + end + 1 : end) - 1] as Span;
    return parts.slice(from.begin, to.end);
  });
  if (values.some((value) => value.includes(''))) return undefined;
  return values.map((value) => value.join('/'));
}

interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Which parts of the path each segment of the template covers. */
function walk(
  segments: readonly Segment[],
  parts: readonly string[],
  at: number,
  part: number,
): Span[] | undefined {
  const segment = segments[at];
  if (segment === undefined) return part === parts.length ? [] : undefined;
  const most = segment.kind === 'double-star' ? parts.length : part + 1;
  const least = segment.kind === 'double-star' ? part : part + 1;
  for (let end = least; end <= Math.min(most, parts.length); end++) {
    if (segment.kind === 'literal' && parts[part] !== segment.text) continue;
    if (segment.kind === 'star' && parts[part] === '') continue;
    const rest = walk(segments, parts, at + 1, end);
    if (rest !== undefined) return [{ begin: part, end }, ...rest];
  }
  return undefined;
}

const PARTICULARITY = { literal: 0, star: 1, 'double-star': 3 };

/** The longer verb first; then, at the first difference, literal before `*` before the end before `**`; then the exact method. */
function compare(a: Route, b: Route): number {
  const verbs = (b.template.verb?.length ?? -1) - (a.template.verb?.length ?? -1);
  if (verbs !== 0) return verbs;
  for (let at = 0; at < Math.max(a.template.segments.length, b.template.segments.length); at++) {
    const one = a.template.segments[at];
    const other = b.template.segments[at];
    const order =
      (one === undefined ? 2 : PARTICULARITY[one.kind]) -
      (other === undefined ? 2 : PARTICULARITY[other.kind]);
    if (order !== 0) return order;
    if (one?.kind === 'double-star') {
      const longer = b.template.segments.length - a.template.segments.length;
      if (longer !== 0) return longer;
    }
  }
  return (a.method === '*' ? 1 : 0) - (b.method === '*' ? 1 : 0);
}
