import type { DescMethod } from '@bufbuild/protobuf';
import { isEssential } from '@gatehouse/grpc';
import type { BodyLimits } from '../rpc/body-limits.js';
import type { RestContract } from '../rpc/rest-contract.js';
import { planRpcs, type RpcPlan } from '../rpc/rpc-plan.js';

/** A method that callers from outside may name. */
export interface PublicMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly rpc: DescMethod;
  readonly plan: RpcPlan;
  /** The bytes that all messages of a request may have together. */
  readonly maxBytes: number;
  /** Whether it is taken when others are refused. */
  readonly isEssential: boolean;
}

/**
 * The methods that may be called by their own names: those that have a route of REST. For everybody outside there are
 * no others.
 *
 * @returns by gRPC path
 */
export function readPublicMethods(
  contract: RestContract,
  limits: BodyLimits,
): ReadonlyMap<string, PublicMethod> {
  const methods = new Map<string, PublicMethod>();
  for (const [route, plan] of planRpcs(contract)) {
    const { grpcPath: path, rpc } = route;
    // A method may have several routes: what one of them takes is taken.
    const maxBytes = Math.max(limits.of(route), methods.get(path)?.maxBytes ?? 0);
    methods.set(path, { path, rpc, plan, maxBytes, isEssential: isEssential(plan.rule) });
  }
  return methods;
}
