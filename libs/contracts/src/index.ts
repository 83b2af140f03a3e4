import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from './gen/descriptor-set.js';

export { descriptorSet };

/**
 * The contract as descriptors: every file of `proto/` with what it imports,
 * options and comments included. Routes, rules and documents are derived from
 * it and from nothing else.
 */
export const contract: FileRegistry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
