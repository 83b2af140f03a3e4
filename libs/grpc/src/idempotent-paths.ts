import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';

/** The methods that the contract lets be called twice. */
export function idempotentMethods(services: readonly DescService[]): readonly DescMethod[] {
  return services
    .flatMap(({ methods }) => methods)
    .filter(({ idempotency }) => idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN);
}

/** Their gRPC paths: `/package.Service/Method`. */
export function idempotentPaths(services: readonly DescService[]): ReadonlySet<string> {
  return new Set(idempotentMethods(services).map(({ parent, name }) => `/${parent.typeName}/${name}`));
}
