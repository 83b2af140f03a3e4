import type { Route, RouteVariable } from '../routes/route.js';
import { segmentText } from '../routes/template.js';

/** A path parameter of the document: one wildcard of the template. */
export interface PathParameter {
  /** Its name in the document, unique within the path. */
  readonly name: string;
  /** The variable that the wildcard belongs to; undefined for one that binds nothing. */
  readonly variable: RouteVariable | undefined;
  /** A `**`: its value may hold slashes, which OpenAPI cannot say. */
  readonly slashes: boolean;
}

/** A template in the form of OpenAPI, which knows only `{name}` for one segment. */
export interface OpenApiPath {
  readonly path: string;
  readonly parameters: readonly PathParameter[];
}

/**
 * Expands a template: `/v1/{name=shelves/*\/books/*}` becomes `/v1/shelves/{name}/books/{name_1}`.
 *
 * @param nameOf the name of a variable in the document
 */
export function openApiPath(route: Route, nameOf: (variable: RouteVariable) => string): OpenApiPath {
  const { segments, verb } = route.template;
  const parameters: PathParameter[] = [];
  const used = new Set<string>();
  const parts = segments.map((segment, index) => {
    if (segment.kind === 'literal') return segmentText(segment);
    const variable = route.variables.find((candidate) => covers(candidate, index, segments.length));
    const name = unused(variable === undefined ? 'segment' : nameOf(variable), used);
    parameters.push({ name, variable, slashes: segment.kind === 'double-star' });
    return `{${name}}`;
  });
  return { path: `/${parts.join('/')}${verb === undefined ? '' : `:${verb}`}`, parameters };
}

function covers(variable: RouteVariable, index: number, count: number): boolean {
  const absolute = (at: number): number => (at < 0 ? count + at + 1 : at);
  return index >= absolute(variable.start) && index < absolute(variable.end);
}

function unused(name: string, used: Set<string>): string {
  let candidate = name;
  for (let suffix = 1; used.has(candidate); suffix++) candidate = `${name}_${suffix}`;
  used.add(candidate);
  return candidate;
}
