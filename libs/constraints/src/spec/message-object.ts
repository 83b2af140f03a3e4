import { ScalarType, type DescField, type Message } from '@bufbuild/protobuf';
import {
  isReflectList,
  isReflectMap,
  isReflectMessage,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';
import {
  FeatureSet_FieldPresence,
  isWrapper,
  type Duration,
  type FieldMask,
  type Timestamp,
} from '@bufbuild/protobuf/wkt';

/** The key types that an object cannot have. */
const MAP_KEYS: ReadonlySet<ScalarType> = new Set([
  ScalarType.BOOL,
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

/** The message in the form of the generated code: see `compileConstraints`. */
export function toMessageObject(message: ReflectMessage): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const oneof of message.desc.oneofs) {
    const field = message.oneofCase(oneof);
    object[oneof.localName] = field && { $case: field.localName, value: toValue(message.get(field)) };
  }
  for (const field of message.fields) if (!field.oneof) object[field.localName] = toField(message, field);
  return object;
}

function toField(message: ReflectMessage, field: DescField): unknown {
  const value: unknown = message.get(field);
  if (isReflectList(value)) return [...value].map(toValue);
  if (isReflectMap(value)) {
    const entries = [...value].map(([key, one]) => [key, toValue(one)] as const);
    return MAP_KEYS.has(value.field().mapKey) ? new Map(entries) : Object.fromEntries(entries);
  }
  return message.isSet(field) || field.presence === FeatureSet_FieldPresence.IMPLICIT
    ? toValue(value)
    : undefined;
}

function toValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (!isReflectMessage(value)) return value;
  const message: Message = value.message;
  if (isWrapper(message)) return toValue(message.value);
  switch (message.$typeName) {
    case 'google.protobuf.Timestamp': {
      const { seconds, nanos } = message as Timestamp;
      return new Date(Number(seconds) * 1000 + nanos / 1e6);
    }
    case 'google.protobuf.Duration': {
      const { seconds, nanos } = message as Duration;
      return { seconds, nanos };
    }
    case 'google.protobuf.FieldMask':
      return (message as FieldMask).paths;
    default:
      return toMessageObject(value);
  }
}
