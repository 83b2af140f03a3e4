import type { Route } from '../routes/route.js';
import type { RoutesByMethod, Tail, TrieNode } from './trie.js';

/**
 * Walks the trie depth first, literal before `*` before `**`, and hands every shape that the path matches
 * to `visit`, most particular first, until it answers a route. Without recursion; each node is visited at
 * most once, and a `**` costs only the comparison of its tail, so the cost is bounded by the size of the
 * trie whatever the length of the path.
 */
export function search(
  root: TrieNode,
  segments: readonly string[],
  visit: (routes: RoutesByMethod) => Route | undefined,
): Route | undefined {
  const nodes: TrieNode[] = [root];
  const depths: number[] = [0];
  // A node is pushed twice: to be entered, and, negative, for its `**` once all below it has failed.
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const entry = depths.pop() as number;
    const depth = entry < 0 ? -entry - 1 : entry;
    if (entry < 0) {
      const found = searchTails(node, segments, depth, visit);
      if (found !== undefined) return found;
      continue;
    }
    if (node.tails.length > 0) {
      nodes.push(node);
      depths.push(-depth - 1);
    }
    if (depth === segments.length) {
      const found = node.routes.size > 0 ? visit(node.routes) : undefined;
      if (found !== undefined) return found;
      continue;
    }
    const segment = segments[depth] as string;
    // An empty segment is no value: "//" must not slip past rules written for "/".
    if (segment === '') continue;
    if (node.star !== undefined) {
      nodes.push(node.star);
      depths.push(depth + 1);
    }
    const literal = node.literals.get(segment);
    if (literal !== undefined) {
      nodes.push(literal);
      depths.push(depth + 1);
    }
  }
  return undefined;
}

function searchTails(
  node: TrieNode,
  segments: readonly string[],
  depth: number,
  visit: (routes: RoutesByMethod) => Route | undefined,
): Route | undefined {
  for (const tail of node.tails) {
    if (!endsWith(segments, depth, tail)) continue;
    const found = visit(tail.routes);
    if (found !== undefined) return found;
  }
  return undefined;
}

function endsWith(segments: readonly string[], depth: number, tail: Tail): boolean {
  const start = segments.length - tail.literals.length;
  return start >= depth && tail.literals.every((literal, index) => segments[start + index] === literal);
}
