import type { FileRegistry } from '@bufbuild/protobuf';
import { readAccessTable, type MethodRule } from '@gatehouse/access';
import { compileConstraints, type MessageCheck } from '@gatehouse/constraints';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { serviceName } from './service-name.js';

/** What a server knows of one of its methods, from the contract. */
export interface ServedMethod {
  /** The gRPC path: `/package.Service/Method`. */
  readonly path: string;
  /** The full name of the service. */
  readonly service: string;
  /** The name of the method. */
  readonly name: string;
  readonly rule: MethodRule;
  /** Returns the constraints that a request message breaks; undefined when its type has none. */
  readonly check: MessageCheck | undefined;
}

/** Whether a method answers with a stream, which may last. */
function answersInStream({ rule }: ServedMethod): boolean {
  const { methodKind } = rule.method;
  return methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
}

/** Whether a call of the method may last as long as the access token that it was admitted by. */
export function isBoundByToken(method: ServedMethod): boolean {
  return method.rule.access !== 'public' && answersInStream(method);
}

/**
 * Reads what the contract says of every method of these services.
 *
 * @returns by gRPC path
 * @throws ContractFault when a method has no rule or a senseless one
 */
export function readServedMethods(
  registry: FileRegistry,
  definitions: readonly ServiceDefinition[],
): ReadonlyMap<string, ServedMethod> {
  const names = definitions.map(serviceName);
  const { rules } = readAccessTable(registry, names);
  const constraints = compileConstraints(registry);
  const served = [...rules.values()].map((rule): [string, ServedMethod] => {
    const { path, method } = rule;
    const check = constraints.check(method.input.typeName);
    return [path, { path, service: method.parent.typeName, name: method.name, rule, check }];
  });
  return new Map(served);
}
