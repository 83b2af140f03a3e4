import {
  create,
  createFileRegistry,
  fromBinary,
  setExtension,
  toBinary,
  type DescFile,
  type FileRegistry,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import {
  AnySchema,
  DescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MessageOptionsSchema,
  OneofOptionsSchema,
  Int64ValueSchema,
  type DescriptorProto,
  type FieldDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import {
  field as fieldOption,
  FieldRulesSchema,
  file_buf_validate_validate,
  message as messageOption,
  MessageRulesSchema,
  oneof as oneofOption,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

export { Type };
export type Rules = MessageInitShape<typeof FieldRulesSchema>;

/** A field of a message that a spec makes up. */
export interface FieldSpec {
  /** A scalar type, or the full name of a message; {@link COLOR} is the only enum. */
  readonly type: Type | string;
  readonly repeated?: boolean;
  readonly optional?: boolean;
  /** The name of the oneof that it is part of. */
  readonly oneof?: string;
  /** Makes it a map with keys of this type. */
  readonly key?: Type;
  readonly rules?: Rules;
}

export interface MessageSpec {
  readonly fields: Readonly<Record<string, FieldSpec>>;
  readonly rules?: MessageInitShape<typeof MessageRulesSchema>;
  /** The oneofs that are required. */
  readonly requiredOneofs?: readonly string[];
}

export const PACKAGE = 'spec.v1';
export const COLOR = `${PACKAGE}.Color`;
const COLORS = ['COLOR_UNSPECIFIED', 'COLOR_RED', 'COLOR_GREEN'];

/** A contract of these messages, as if it came out of `buf build`. */
export function dynamicContract(messages: Readonly<Record<string, MessageSpec>>): FileRegistry {
  const dependencies = [file_buf_validate_validate, AnySchema.file, Int64ValueSchema.file];
  const file = create(FileDescriptorProtoSchema, {
    name: 'spec/v1/spec.proto',
    package: PACKAGE,
    syntax: 'proto3',
    dependency: allFiles(dependencies).map(({ proto }) => proto.name),
    enumType: [{ name: 'Color', value: COLORS.map((name, number) => ({ name, number })) }],
    messageType: Object.entries(messages).map(([name, spec]) => toMessage(name, spec)),
  });
  const set = create(FileDescriptorSetSchema, {
    file: [...allFiles(dependencies).map(({ proto }) => proto), file],
  });
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, toBinary(FileDescriptorSetSchema, set)));
}

function allFiles(files: readonly DescFile[]): DescFile[] {
  return [...new Set(files.flatMap((file) => [...allFiles(file.dependencies), file]))];
}

function toMessage(name: string, spec: MessageSpec): DescriptorProto {
  const fields = Object.entries(spec.fields);
  const oneofs = [...new Set(fields.flatMap(([, { oneof }]) => oneof ?? []))];
  const synthetic = fields.flatMap(([field, { optional }]) => (optional ? [`_${field}`] : []));
  const message = create(DescriptorProtoSchema, {
    name,
    field: fields.map(([field, one], index) => toField(name, field, one, index, [...oneofs, ...synthetic])),
    oneofDecl: [...oneofs, ...synthetic].map((oneof) => ({
      name: oneof,
      ...(spec.requiredOneofs?.includes(oneof) ? { options: requiredOneof() } : {}),
    })),
    nestedType: fields.flatMap(([field, one]) => (one.key === undefined ? [] : [toEntry(field, one)])),
  });
  if (spec.rules) {
    message.options = create(MessageOptionsSchema);
    setExtension(message.options, messageOption, create(MessageRulesSchema, spec.rules));
  }
  return message;
}

function toField(
  message: string,
  name: string,
  spec: FieldSpec,
  index: number,
  oneofs: readonly string[],
): MessageInitShape<typeof DescriptorProtoSchema>['field'] extends (infer F)[] | undefined ? F : never {
  const isMap = spec.key !== undefined;
  const options = create(FieldOptionsSchema);
  if (spec.rules) setExtension(options, fieldOption, create(FieldRulesSchema, spec.rules));
  const oneof = spec.oneof ?? (spec.optional ? `_${name}` : undefined);
  return {
    name,
    number: index + 1,
    label: spec.repeated || isMap ? Label.REPEATED : Label.OPTIONAL,
    options,
    ...(isMap ? typed(`${PACKAGE}.${message}.${entryName(name)}`) : typed(spec.type)),
    ...(oneof === undefined ? {} : { oneofIndex: oneofs.indexOf(oneof) }),
    ...(spec.optional ? { proto3Optional: true } : {}),
  };
}

function typed(type: Type | string): Pick<FieldDescriptorProto, 'type' | 'typeName'> {
  if (typeof type !== 'string') return { type, typeName: '' };
  return { type: type === COLOR ? Type.ENUM : Type.MESSAGE, typeName: `.${type}` };
}

function entryName(field: string): string {
  return `${field.charAt(0).toUpperCase()}${field.slice(1)}Entry`;
}

function toEntry(field: string, spec: FieldSpec) {
  return {
    name: entryName(field),
    options: { mapEntry: true },
    field: [
      { name: 'key', number: 1, label: Label.OPTIONAL, ...typed(spec.key ?? Type.STRING) },
      { name: 'value', number: 2, label: Label.OPTIONAL, ...typed(spec.type) },
    ],
  };
}

function requiredOneof() {
  const options = create(OneofOptionsSchema);
  setExtension(options, oneofOption, { $typeName: 'buf.validate.OneofRules', required: true });
  return options;
}
