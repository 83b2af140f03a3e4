import { authReasons } from '../reasons.js';
import type { Visit } from './visit.js';

/** Serves one path of the HTTP port. */
export interface WebRoute {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  /** The path; a last segment `:name` stands for any one. */
  readonly path: string;
  /** @param last what stands for the last segment; '' without one */
  handle(visit: Visit, last: string): Promise<void> | void;
}

/** Finds the route of a visit. Paths are matched exactly: none is decoded or tidied. */
export class WebRoutes {
  readonly #exact = new Map<string, WebRoute[]>();
  readonly #open = new Map<string, WebRoute[]>();

  constructor(routes: readonly WebRoute[]) {
    for (const route of routes) {
      const [, folder] = /^(.*\/):[a-z]+$/.exec(route.path) ?? [];
      const [map, key] = folder === undefined ? [this.#exact, route.path] : [this.#open, folder];
      map.set(key, [...(map.get(key) ?? []), route]);
    }
  }

  /** @throws AppError PAGE_UNKNOWN, METHOD_UNKNOWN */
  async serve(visit: Visit): Promise<void> {
    const { path, request, response } = visit;
    const slash = path.lastIndexOf('/') + 1;
    const [exact, open] = [this.#exact.get(path), this.#open.get(path.slice(0, slash))];
    const routes = exact ?? (slash < path.length ? open : undefined);
    if (!routes) throw authReasons.PAGE_UNKNOWN();
    // Who asks for the head gets the answer without its body, which Node leaves out.
    const wanted = request.method === 'HEAD' ? 'GET' : request.method;
    const route = routes.find(({ method }) => method === wanted);
    if (!route) {
      response.setHeader('allow', methodsOf(routes).join(', '));
      throw authReasons.METHOD_UNKNOWN();
    }
    visit.route = route.path;
    await route.handle(visit, exact ? '' : path.slice(slash));
  }
}

/** The methods of a path, with that which comes with GET. */
function methodsOf(routes: readonly WebRoute[]): readonly string[] {
  return routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
