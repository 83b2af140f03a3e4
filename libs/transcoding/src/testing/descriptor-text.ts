import { create } from '@bufbuild/protobuf';
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  MessageOptionsSchema,
  OneofDescriptorProtoSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FieldOptions,
} from '@bufbuild/protobuf/wkt';

const SCALARS: Readonly<Record<string, FieldDescriptorProto_Type>> = {
  double: FieldDescriptorProto_Type.DOUBLE,
  float: FieldDescriptorProto_Type.FLOAT,
  int64: FieldDescriptorProto_Type.INT64,
  uint64: FieldDescriptorProto_Type.UINT64,
  int32: FieldDescriptorProto_Type.INT32,
  fixed64: FieldDescriptorProto_Type.FIXED64,
  fixed32: FieldDescriptorProto_Type.FIXED32,
  bool: FieldDescriptorProto_Type.BOOL,
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
  uint32: FieldDescriptorProto_Type.UINT32,
  sfixed32: FieldDescriptorProto_Type.SFIXED32,
  sfixed64: FieldDescriptorProto_Type.SFIXED64,
  sint32: FieldDescriptorProto_Type.SINT32,
  sint64: FieldDescriptorProto_Type.SINT64,
};

const FIELD = /^([a-z_A-Z0-9]+)(?:@([0-9]+))?(?:~([^:!]+))?(?:!([a-z]+))?:(.+)$/;

/** How a type name is found: the enums by full name, and a full name for a name as written. */
export interface TypeNames {
  resolve(name: string): string;
  isEnum(fullName: string): boolean;
  /** The options of a field with a google.api.field_behavior: `required`, `output` or `input`. */
  behavior(word: string): FieldOptions;
}

/**
 * A message from a line of fields: `id:int64 tags:string[] note:string? counts:map<string,int32> kind{a:A b:B}`.
 * `?` is proto3 optional, `kind{...}` a oneof, `name@7:` a field number (else counted), `name~jsonName:` a JSON name,
 * `name!output:` a google.api.field_behavior.
 */
export function messageFromText(
  name: string,
  text: string,
  names: TypeNames,
  fullName: string,
): DescriptorProto {
  const message = create(DescriptorProtoSchema, { name });
  let oneof: number | undefined;
  let next = 1;
  for (const token of text
    .replace(/([{}])/g, ' $1 ')
    .split(/\s+/)
    .filter(Boolean)) {
    if (token === '{') continue;
    if (token === '}') {
      oneof = undefined;
      continue;
    }
    const match = FIELD.exec(token);
    if (match === null) {
      oneof = message.oneofDecl.push(create(OneofDescriptorProtoSchema, { name: token })) - 1;
      continue;
    }
    const [, fieldName = '', number, jsonName, behavior, type = ''] = match;
    const field = fieldFromText(type, names, message, fullName, fieldName);
    field.name = fieldName;
    field.number = number === undefined ? next : Number(number);
    next = field.number + 1;
    field.jsonName =
      jsonName ?? fieldName.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (oneof !== undefined) field.oneofIndex = oneof;
    if (behavior !== undefined) field.options = names.behavior(behavior);
    message.field.push(field);
  }
  // Synthetic oneofs come after the real ones (descriptor.proto, proto3_optional).
  for (const field of message.field.filter(({ proto3Optional }) => proto3Optional)) {
    field.oneofIndex =
      message.oneofDecl.push(create(OneofDescriptorProtoSchema, { name: `_${field.name}` })) - 1;
  }
  return message;
}

/** An enum from `NAME=0 OTHER=1`. */
export function enumFromText(name: string, text: string): EnumDescriptorProto {
  const value = text.split(/\s+/).map((entry) => {
    const [valueName = '', number = ''] = entry.split('=');
    return { name: valueName, number: Number(number) };
  });
  return create(EnumDescriptorProtoSchema, { name, value });
}

function fieldFromText(
  type: string,
  names: TypeNames,
  message: DescriptorProto,
  fullName: string,
  fieldName: string,
): FieldDescriptorProto {
  const map = /^map<([a-z0-9]+),(.+)>$/.exec(type);
  if (map !== null) {
    const entryName = `${fieldName.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Entry`;
    const entry = messageFromText(
      entryName,
      `key:${map[1]} value:${map[2]}`,
      names,
      `${fullName}.${entryName}`,
    );
    entry.options = create(MessageOptionsSchema, { mapEntry: true });
    message.nestedType.push(entry);
    return create(FieldDescriptorProtoSchema, {
      type: FieldDescriptorProto_Type.MESSAGE,
      label: FieldDescriptorProto_Label.REPEATED,
      typeName: `.${fullName}.${entryName}`,
    });
  }
  const plain = type.replace(/(?:\[\]|\?)$/, '');
  const label = type.endsWith('[]')
    ? FieldDescriptorProto_Label.REPEATED
    : FieldDescriptorProto_Label.OPTIONAL;
  const field = create(FieldDescriptorProtoSchema, {
    label,
    ...(type.endsWith('?') ? { proto3Optional: true } : {}),
  });
  const scalar = SCALARS[plain];
  if (scalar !== undefined) {
    field.type = scalar;
    return field;
  }
  const typeName = names.resolve(plain);
  field.type = names.isEnum(typeName) ? FieldDescriptorProto_Type.ENUM : FieldDescriptorProto_Type.MESSAGE;
  field.typeName = `.${typeName}`;
  return field;
}
