import { create, fromBinary, fromJson, mergeFromBinary, toBinary } from '@bufbuild/protobuf';
import type { DescField, DescMessage, JsonObject, JsonValue, Message, Registry } from '@bufbuild/protobuf';

/** Bindings of a case: proto field path to value. */
export type Bindings = Readonly<Record<string, unknown>>;

/** The message that bindings describe, read by protobuf-es and not by the library that is tested. */
export function messageOfBindings(desc: DescMessage, bindings: Bindings, registry: Registry): Message {
  const message = create(desc);
  for (const [path, value] of Object.entries(bindings)) {
    const one = fromJson(desc, nest(desc, path.split('.'), value), { registry });
    mergeFromBinary(desc, message, toBinary(desc, one));
  }
  return message;
}

/** Whether wire format says what bindings say, and nothing else. */
export function agrees(
  desc: DescMessage,
  bytes: Uint8Array,
  bindings: Bindings,
  registry: Registry,
): boolean {
  const expected = toBinary(desc, messageOfBindings(desc, bindings, registry));
  return Buffer.compare(toBinary(desc, fromBinary(desc, bytes)), expected) === 0;
}

function nest(desc: DescMessage, path: readonly string[], value: unknown): JsonObject {
  const [name = '', ...rest] = path;
  const field = desc.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${desc.typeName} has no field ${name}`);
  // By its JSON name: the proto name may be the JSON name of another.
  if (rest.length > 0) return { [field.jsonName]: nest(field.message as DescMessage, rest, value) };
  return { [field.jsonName]: jsonOf(field, value) };
}

/** A value as the file writes it in the JSON that protobuf-es reads. */
function jsonOf(field: DescField, value: unknown): JsonValue {
  if (field.fieldKind === 'list') return (value as unknown[]).map((element) => single(field, element));
  if (field.fieldKind === 'map') return value as JsonValue;
  return single(field, value);
}

function single(field: DescField, value: unknown): JsonValue {
  const members = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const typeName = field.message?.typeName ?? '';
  if (typeof members['base64'] === 'string') return members['base64'];
  if (typeName.endsWith('Value') && typeName !== 'google.protobuf.Value' && 'value' in members) {
    return single(field.message?.fields[0] as DescField, members['value']);
  }
  if (typeName === 'google.protobuf.FieldMask') {
    return (members['paths'] as string[])
      .map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
      .join(',');
  }
  if (typeName === 'google.protobuf.Timestamp') {
    const seconds = new Date(Number(members['seconds']) * 1000).toISOString().slice(0, 19);
    return `${seconds}.${String(members['nanos'] ?? 0).padStart(9, '0')}Z`;
  }
  if (typeName === 'google.protobuf.Duration') return `${String(members['seconds'] ?? 0)}s`;
  if (field.message !== undefined && !typeName.startsWith('google.protobuf.')) {
    return Object.assign(
      {},
      ...Object.entries(members).map(([name, member]) => nest(field.message as DescMessage, [name], member)),
    ) as JsonObject;
  }
  // The file writes the data of an HttpBody as text.
  if (field.parent?.typeName === 'google.api.HttpBody' && field.name === 'data') {
    return Buffer.from(String(value)).toString('base64');
  }
  return value as JsonValue;
}
