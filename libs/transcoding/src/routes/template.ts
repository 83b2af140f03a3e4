/** One segment of a path template: a literal as it stands in the template (still percent-encoded), or a wildcard. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'star' }
  | { readonly kind: 'double-star' };

/**
 * A variable and the segments it covers, `[start, end)`. Counted from the end of the path where the count
 * from its start is unknown, that is after a `**`: -1 is the end itself, -3 two segments before it.
 */
export interface TemplateVariable {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
  /** `{x}` and `{x=*}`: http.proto decodes those fully, and leaves %2F alone in all others. */
  readonly singleSegment: boolean;
}

/** A parsed path template of google/api/http.proto. */
export interface Template {
  readonly text: string;
  readonly segments: readonly Segment[];
  /** The verb without its colon; may hold colons itself. */
  readonly verb: string | undefined;
  readonly variables: readonly TemplateVariable[];
  /** Index of the `**`, or -1. At most one is possible, as only literals may follow it. */
  readonly doubleStarAt: number;
}

/** A template that does not parse. `offset` is where, in characters. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** The template with its variable names erased: two templates of one shape match the same paths. */
export function erasedShape(template: Template): string {
  const path = template.segments.map((segment) => `/${segmentText(segment)}`).join('') || '/';
  return template.verb === undefined ? path : `${path}:${template.verb}`;
}

/** A segment as it is written in a template, literals with their escapes in upper case. */
export function segmentText(segment: Segment): string {
  if (segment.kind === 'literal') return upperCaseEscapes(segment.text);
  return segment.kind === 'star' ? '*' : '**';
}

/**
 * Literals are compared percent-encoded (http.proto), so `%2f` and `%2F` must read the same: RFC 3986
 * section 6.2.2.1.
 */
export function upperCaseEscapes(text: string): string {
  return text.includes('%') ? text.replace(/%[0-9a-fA-F]{2}/g, (escape) => escape.toUpperCase()) : text;
}
