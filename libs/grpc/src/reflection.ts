import { ReflectionService } from '@grpc/reflection';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { serviceName } from './served-method.js';
import type { Server, ServiceDefinition } from '@grpc/grpc-js';

/** Lets tools such as grpcurl ask for the contract. Never added in production. */
export function reflection(
  descriptorSet: Uint8Array,
  definitions: readonly ServiceDefinition[],
): { addToServer(server: Server): void } {
  const definition = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSet));
  const service = new ReflectionService(definition, { services: definitions.map(serviceName) });
  return { addToServer: (server) => service.addToServer(server) };
}
