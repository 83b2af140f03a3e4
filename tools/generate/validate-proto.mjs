import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { file_buf_validate_validate as file } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

// FieldDescriptorProto.Type, in the order of descriptor.proto.
const SCALARS =
  ' double float int64 uint64 int32 fixed64 fixed32 bool string group message bytes uint32 enum sfixed32 sfixed64 sint32 sint64'.split(
    ' ',
  );
const LABELS = ['', 'optional', 'required', 'repeated'];

/**
 * Writes `buf/validate/validate.proto` below `folder`.
 *
 * No npm package carries the source of the constraint options, but their
 * descriptor is inside @bufbuild/protovalidate. The structure is all a
 * compiler needs, so documentation and the options on the options are left out.
 */
export function writeValidateProto(folder) {
  const { proto } = file;
  const lines = [
    '// Generated from the descriptor in @bufbuild/protovalidate; do not edit.',
    'syntax = "proto2";',
    `package ${proto.package};`,
    ...proto.dependency.map((name) => `import "${name}";`),
    ...proto.enumType.flatMap(printEnum),
    ...proto.messageType.flatMap(printMessage),
    ...proto.extension.map((field) => `extend ${field.extendee} { ${printField(field)} }`),
  ];
  const path = join(folder, proto.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, lines.join('\n') + '\n');
}

function printMessage(message) {
  const inOneof = (field, index) => field.oneofIndex === index && !field.proto3Optional && hasOneof(field);
  return [
    `message ${message.name} {`,
    ...message.enumType.flatMap(printEnum),
    ...message.nestedType.flatMap(printMessage),
    ...message.field.filter((field) => !hasOneof(field)).map(printField),
    ...message.oneofDecl.flatMap((oneof, index) => [
      `oneof ${oneof.name} {`,
      ...message.field.filter((field) => inOneof(field, index)).map((field) => printField(field, false)),
      '}',
    ]),
    ...message.extensionRange.map((range) => `extensions ${range.start} to ${range.end - 1};`),
    ...message.reservedRange.map((range) => `reserved ${range.start} to ${range.end - 1};`),
    '}',
  ];
}

function printEnum(descriptor) {
  return [
    `enum ${descriptor.name} {`,
    ...(descriptor.options?.allowAlias ? ['option allow_alias = true;'] : []),
    ...descriptor.value.map((value) => `${value.name} = ${value.number};`),
    '}',
  ];
}

function printField(field, labelled = true) {
  const label = labelled === false ? '' : `${LABELS[field.label]} `;
  return `${label}${field.typeName || SCALARS[field.type]} ${field.name} = ${field.number};`;
}

function hasOneof(field) {
  return Object.hasOwn(field, 'oneofIndex');
}
