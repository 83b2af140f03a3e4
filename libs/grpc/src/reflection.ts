import { toBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { ReflectionService } from '@grpc/reflection';
import { serviceName } from './service-name.js';
import type { Server, ServiceDefinition } from '@grpc/grpc-js';

/** Lets tools such as grpcurl ask for the contract. Never added in production. */
export function reflection(
  contract: FileRegistry,
  definitions: readonly ServiceDefinition[],
): { addToServer(server: Server): void } {
  // Comments and where they stand are most of a file that was read, and are in the documents.
  const fileDescriptorProtos = Array.from(contract.files, ({ proto }) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, { ...proto, sourceCodeInfo: undefined })),
  );
  // The library reads nothing but the files of an entry, and those of each: one says it all.
  const entry = { format: 'Protocol Buffer 3 EnumDescriptorProto' as const, type: {}, fileDescriptorProtos };
  const service = new ReflectionService({ contract: entry }, { services: definitions.map(serviceName) });
  return { addToServer: (server) => service.addToServer(server) };
}
