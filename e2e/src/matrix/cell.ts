import { readAccessTable, type MethodRule } from '@gatehouse/access';
import { contract } from '@gatehouse/contracts';
import { status } from '@grpc/grpc-js';
import { compileRoutes, httpStatusOf, type Route } from '@gatehouse/transcoding';
import type { Json } from '../client/json.js';
import { OK, type Outcome } from '../client/outcome.js';
import type { Person } from '../client/person.js';
import type { RestClient } from '../client/rest-client.js';
import { restRequest } from '../client/rest-request.js';
import type { Expectation } from './expectation.js';
import { EXPECTATIONS } from './expectations/index.js';
import { isPerson, PEOPLE, type PrincipalName } from './principals.js';
import type { World } from './world.js';

/** The rule of every method of the contract. */
export const rules: readonly MethodRule[] = [...readAccessTable(contract).rules.values()];

/** Every route of the contract. */
export const { routes } = compileRoutes(contract, {
  services: ({ typeName }) => typeName.startsWith('gatehouse.'),
});

/** A method by one of its routes. */
export interface RoutedMethod {
  readonly rule: MethodRule;
  readonly route: Route;
}

export const routed: readonly RoutedMethod[] = rules.flatMap((rule) =>
  routes.filter(({ rpc }) => rpc === rule.method).map((route) => ({ rule, route })),
);

/** The method's expectation; that there is one for every method is a promise of its own spec. */
export function expectationOf({ path }: MethodRule): Expectation {
  const expectation = EXPECTATIONS[path];
  if (!expectation) throw new Error(`${path} has no expectation`);
  return expectation;
}

/** Who calls: one of the people, or someone new with the same role where a call uses them up. */
export async function callerOf(
  world: World,
  principal: PrincipalName,
  { spends }: Expectation,
): Promise<Person | undefined> {
  if (!isPerson(principal)) return undefined;
  return spends?.includes(principal) ? world.makePerson(PEOPLE[principal]) : world.people[principal];
}

/**
 * Calls a method by its route and says what became of it. Of a route that streams, the first message counts.
 *
 * @throws Error when the HTTP status is not the one of the code
 */
export async function restOutcome(
  rest: RestClient,
  { rule, route }: RoutedMethod,
  message: Json,
): Promise<Outcome> {
  const { method, target, body } = restRequest(route, message);
  const streams = rule.method.methodKind === 'server_streaming';
  const answer = streams
    ? await rest.firstOf<Partial<Outcome>>(method, target, body)
    : await rest.request<Partial<Outcome>>(method, target, body);
  if (answer.status === 200) return OK;
  const { code, reason } = answer.body;
  if (code === undefined || reason === undefined || httpStatusOf(status[code]) !== answer.status)
    throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { code, reason };
}
