/** What a statement does, read from its text alone: never from a parameter, so that there are as many as stores. */
export interface StatementSummary {
  /** `SELECT`, `INSERT`, `COMMIT`. */
  readonly operation: string;
  /** The table it reads or writes first; undefined where that is not plain. */
  readonly collection: string | undefined;
}

/** Where the name of the table stands, by operation. */
const COLLECTION: Readonly<Record<string, RegExp>> = {
  SELECT: /\bfrom ([a-z_][\w.]*)(?![\w.(]| ?§)/i,
  DELETE: /\bfrom ([a-z_][\w.]*)/i,
  INSERT: /\binto ([a-z_][\w.]*)/i,
  UPDATE: /\bupdate ([a-z_][\w.]*)/i,
};

const VERB = /\b(select|insert|update|delete|merge)\b/i;

/**
 * Summarizes a statement.
 *
 * @param strings the parts of its template
 */
export function summarize(strings: readonly string[]): StatementSummary {
  const plain = strings
    .join('?')
    .replace(/--.*$/gm, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\s+/g, ' ');
  const outermost = withoutParentheses(plain);
  // What a WITH prepares is not what the statement does, unless the rest of it is a fragment, which is not known here.
  const verb = /^\s*with\b/i.test(outermost)
    ? (VERB.exec(outermost) ?? VERB.exec(plain))
    : /([a-z]+)/i.exec(outermost);
  const operation = verb?.[1]?.toUpperCase() ?? 'UNKNOWN';
  const pattern = COLLECTION[operation];
  const collection = pattern && (pattern.exec(outermost) ?? pattern.exec(plain))?.[1];
  return { operation, collection };
}

/** A sign that no SQL has stands for what was in parentheses. */
function withoutParentheses(text: string): string {
  const emptied = text.replace(/\([^()]*\)/g, '§');
  return emptied === text ? text : withoutParentheses(emptied);
}
