import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { contract } from '@gatehouse/contracts';

/** The compiled contract, as `protoc --descriptor_set_out` writes it. */
export function descriptorSet(): Buffer {
  const file = [...contract.files].map(({ proto }) => proto);
  return Buffer.from(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));
}
