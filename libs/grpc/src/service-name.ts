import type { ServiceDefinition } from '@grpc/grpc-js';

/** The full name of a service, from ts-proto's definition of it. */
export function serviceName(definition: ServiceDefinition): string {
  const [first] = Object.values(definition);
  const name = first?.path.split('/')[1];
  if (!name) throw new Error('a service definition without methods has no name');
  return name;
}
