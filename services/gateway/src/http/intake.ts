import type { IncomingMessage } from 'node:http';
import { isEssential, Place, type LoadGate, type ShedCause } from '@gatehouse/grpc';
import type { RestContract } from '../rpc/rest-contract.js';
import { hasBody } from './read-body.js';

/** Decides which requests are taken, before anything is done for them. */
export class Intake {
  readonly #gate: LoadGate;
  /** Paths by method. */
  readonly #essential: ReadonlyMap<string, ReadonlySet<string>>;

  /**
   * @param contract tells which routes are taken when others are refused
   * @param proxied method and path of those besides that are handed on
   */
  constructor(gate: LoadGate, contract: RestContract, proxied: readonly string[] = []) {
    this.#gate = gate;
    this.#essential = pathsByMethod([...essentialTargets(contract), ...proxied]);
  }

  /** Why a request is refused; undefined when it is taken. Counts those that it refuses. */
  refusal(request: IncomingMessage): ShedCause | undefined {
    const cause = this.#gate.refusal(this.#isEssential(request));
    if (cause !== undefined) this.#gate.countShed(cause);
    return cause;
  }

  /** Gives a request its place among those in work. A body on its way takes none until it is here. */
  admit(request: IncomingMessage): Place {
    const place = new Place(this.#gate, this.#isEssential(request));
    if (hasBody(request)) {
      place.holdIf(() => request.complete);
      request.once('end', () => place.arrived());
    }
    return place;
  }

  #isEssential({ method = '', url = '' }: IncomingMessage): boolean {
    const paths = this.#essential.get(method);
    if (paths === undefined) return false;
    const mark = url.indexOf('?');
    return paths.has(mark < 0 ? url : url.slice(0, mark));
  }
}

/**
 * Method and path of what is essential, by route and by the name of its method, as most clients write them: a set is asked
 * in no time, where the router would be a good part of the work that is to be saved. Whoever writes such a path in another
 * way gets the places that all have.
 */
function essentialTargets({ table, rules }: RestContract): string[] {
  const routes = table.routes.filter(({ grpcPath }) => {
    const rule = rules.get(grpcPath);
    return rule !== undefined && isEssential(rule);
  });
  const byPath = routes.filter(({ template }) => template.variables.length === 0);
  return [
    ...byPath.map(({ method, template }) => `${method} ${template.text}`),
    ...routes.map(({ grpcPath }) => `POST ${grpcPath}`),
  ];
}

/** So that a request's own method and path are looked for as they are: text that is put together is hashed each time. */
function pathsByMethod(targets: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, Set<string>>();
  for (const target of targets) {
    const [method = '', path = ''] = target.split(' ');
    paths.set(method, (paths.get(method) ?? new Set()).add(path));
  }
  return paths;
}
