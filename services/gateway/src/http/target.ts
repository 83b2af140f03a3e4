/** Path and query of a request target, byte for byte. */
export interface Target {
  readonly rawPath: string;
  readonly query: string;
}

/**
 * Splits a request target (RFC 9112, section 3.2). Of the absolute form, which a server must accept, scheme and
 * authority are dropped; nothing is decoded or tidied.
 */
export function readTarget(target: string): Target {
  const origin = target.startsWith('/') ? '' : (/^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? '');
  const rest = target.slice(origin.length);
  const mark = rest.indexOf('?');
  const rawPath = mark < 0 ? rest : rest.slice(0, mark);
  return { rawPath: rawPath === '' ? '/' : rawPath, query: mark < 0 ? '' : rest.slice(mark + 1) };
}
