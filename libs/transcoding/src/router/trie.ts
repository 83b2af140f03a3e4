import type { Route } from '../routes/route.js';
import { segmentText, type Segment } from '../routes/template.js';

/** The routes of one shape by HTTP method. */
export type RoutesByMethod = Map<string, Route>;

/** A `**` and the literals that must end the path after it. */
export interface Tail {
  readonly literals: readonly string[];
  readonly routes: RoutesByMethod;
}

/** A node of the trie over whole segments; its depth is the number of segments matched so far. */
export interface TrieNode {
  readonly literals: Map<string, TrieNode>;
  star: TrieNode | undefined;
  /** Longest first: the more literals, the more particular. */
  readonly tails: Tail[];
  readonly routes: RoutesByMethod;
}

/** An empty trie. */
export function newTrie(): TrieNode {
  return { literals: new Map(), star: undefined, tails: [], routes: new Map() };
}

/** Adds a route under its segments. */
export function insert(root: TrieNode, route: Route): void {
  const { segments, doubleStarAt } = route.template;
  const head = doubleStarAt < 0 ? segments : segments.slice(0, doubleStarAt);
  const node = head.reduce(child, root);
  const routes =
    doubleStarAt < 0 ? node.routes : tailOf(node, segments.slice(doubleStarAt + 1).map(segmentText)).routes;
  routes.set(route.method, route);
}

function child(node: TrieNode, segment: Segment): TrieNode {
  if (segment.kind === 'star') return (node.star ??= newTrie());
  const text = segmentText(segment);
  const existing = node.literals.get(text);
  if (existing !== undefined) return existing;
  const created = newTrie();
  node.literals.set(text, created);
  return created;
}

function tailOf(node: TrieNode, literals: readonly string[]): Tail {
  const existing = node.tails.find((tail) => tail.literals.join('/') === literals.join('/'));
  if (existing !== undefined) return existing;
  const created: Tail = { literals, routes: new Map() };
  node.tails.push(created);
  node.tails.sort((a, b) => b.literals.length - a.literals.length);
  return created;
}
