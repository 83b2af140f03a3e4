import type { DescMethod } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { contract } from '@gatehouse/contracts';
import { compileRoutes, type Route } from '@gatehouse/transcoding';
import type { Json } from '../../client/json.js';

/** One call as the contract describes it, for either face. */
export interface ContractCall {
  readonly method: DescMethod;
  /** The request message in canonical JSON. */
  readonly request: Json;
}

const { routes } = compileRoutes(contract, {
  services: ({ typeName }) => typeName.startsWith('gatehouse.'),
});

/** A method of the contract. @throws Error when there is none of that name */
export function methodOf(service: string, name: string): DescMethod {
  const method = contract.getService(service)?.methods.find((candidate) => candidate.name === name);
  if (!method) throw new Error(`${service} has no ${name}`);
  return method;
}

/** The REST route of a method. @throws Error when it has none */
export function routeOf(method: DescMethod): Route {
  const route = routes.find(({ rpc }) => rpc === method);
  if (!route) throw new Error(`${method.name} has no route`);
  return route;
}

/** Whether the contract says that doing it twice is the same as doing it once. */
export function isIdempotent({ idempotency }: DescMethod): boolean {
  return idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
}
