/** A metric as an expression names it, with the labels that it is chosen by. */
export interface NamedMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

/** What an expression of PromQL speaks of. */
export interface NamedSeries {
  readonly metrics: readonly NamedMetric[];
  /** The labels that it groups by. */
  readonly groups: readonly string[];
}

const WORDS = new Set(['by', 'without', 'on', 'ignoring', 'and', 'or', 'unless', 'bool', 'offset']);
const GROUPS = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;
/** A name, and what it is chosen by; a name before a bracket is a function. */
const NAMES = /([A-Za-z_:][A-Za-z0-9_:]*)\s*(\(|\{[^}]*\})?/g;

/**
 * Reads the metrics and labels out of an expression, as far as dashboards and alerts go: no subqueries, no metric
 * chosen by `__name__`.
 */
export function readPromql(expression: string): NamedSeries {
  // Values are in quotes, and durations in square brackets.
  const bare = expression.replace(/"[^"]*"/g, '""').replace(/\[[^\]]*\]/g, '');
  const groups = [...bare.matchAll(GROUPS)].flatMap(([, names = '']) => splitNames(names));
  const metrics = [...bare.replace(GROUPS, '').matchAll(NAMES)]
    .filter(([, name = '', next]) => next !== '(' && !WORDS.has(name))
    .map(([, name = '', chosen = '']) => ({ name, labels: labelsIn(chosen) }));
  return { metrics, groups };
}

function labelsIn(chosen: string): readonly string[] {
  return splitNames(chosen.slice(1, -1)).map((matcher) => matcher.replace(/\s*[=!].*/, ''));
}

function splitNames(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
