import type { PackageDefinition } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { readOrMalformed } from './malformed-message.js';
import { serviceName } from './service-name.js';

/**
 * Gives ts-proto's service definitions the shape that Nest looks methods up
 * in: by full service name, then by RPC name. Messages are then decoded by
 * the generated codecs, and no `.proto` is read at run time. Bytes that they
 * cannot read become a `MalformedMessage`.
 */
export function toPackageDefinition(definitions: readonly ServiceDefinition[]): PackageDefinition {
  const services = definitions.map((definition) => {
    const methods = Object.entries(definition).map(([originalName, method]) => [
      method.path.split('/')[2],
      { ...method, requestDeserialize: readOrMalformed(method.requestDeserialize), originalName },
    ]);
    return [serviceName(definition), Object.fromEntries(methods)];
  });
  return Object.fromEntries(services) as PackageDefinition;
}
