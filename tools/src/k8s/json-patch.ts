/** The two operations of JSON Patch (RFC 6902) that the overlays use. */
export interface PatchOperation {
  readonly op: 'add' | 'replace';
  /** A JSON pointer (RFC 6901) without escapes; `-` at its end is the place after an array's last member. */
  readonly path: string;
  readonly value: unknown;
}

type Node = Record<string, unknown>;

/**
 * Returns the document with one change.
 *
 * @throws Error when the place, or what is to be replaced there, does not exist
 */
export function patched(document: object, { op, path, value }: PatchOperation): object {
  if (op !== 'add' && op !== 'replace') throw new Error(`${String(op)} is not supported`);
  const result = structuredClone(document);
  const keys = path.split('/').slice(1);
  const last = keys.pop() ?? '';
  let node = result as Node;
  for (const key of keys) {
    const next = node[key];
    if (typeof next !== 'object' || next === null) throw new Error(`nothing at ${path}`);
    node = next as Node;
  }
  if (op === 'replace' && !(last in node)) throw new Error(`nothing to replace at ${path}`);
  if (Array.isArray(node)) {
    if (last !== '-') throw new Error(`${path} is not the end of an array`);
    node.push(structuredClone(value));
  } else node[last] = structuredClone(value);
  return result;
}
