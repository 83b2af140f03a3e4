import { ScalarType, type DescEnum, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { tagOf, WireType } from '../wire/wire-writer.js';
import { invalid, type DecodeContext, type ValueReader } from './decode-context.js';
import { EnumNames } from './enum-names.js';
import { readEnum, readScalar } from './read-scalar.js';
import { describeScalar, parseScalarText } from './scalar-text.js';
import { isDefault, wireTypeOf, writeScalar, type ScalarValue } from './scalar-value.js';

// FeatureSet.FieldPresence.IMPLICIT of descriptor.proto.
const IMPLICIT = 2;

/** Whether a field has no presence, so that its default is the same as its absence. */
export function isImplicit(field: DescField): boolean {
  return field.presence === IMPLICIT;
}

/** Reads the JSON value of a field and writes tag and value; the caller has dealt with `null`. */
export function compileFieldReader(field: DescField): ValueReader {
  switch (field.fieldKind) {
    case 'scalar':
      if (field.scalar === ScalarType.STRING) return text(field);
      return singular(field, scalarReader(field.scalar), field.scalar);
    case 'enum':
      return singular(field, enumReader(field.enum), ScalarType.INT32);
    case 'message':
      return messageValue(field.number, field.message);
    case 'list':
      return compileList(field);
    case 'map':
      return compileMap(field);
  }
}

/** Reads a scalar, or the number of an enum; undefined for the unknown name of one that is to be ignored. */
type ScalarReader = (context: DecodeContext) => ScalarValue | undefined;

function scalarReader(type: ScalarType): ScalarReader {
  return (context) => readScalar(context, type);
}

function enumReader(type: DescEnum): ScalarReader {
  const names = new EnumNames(type);
  return (context) => readEnum(context, type, names);
}

function text(field: DescField): ValueReader {
  const tag = tagOf(field.number, WireType.LEN);
  const implicit = isImplicit(field);
  return (context) => {
    const { cursor, writer } = context;
    if (!cursor.isString()) throw invalid(context, describeScalar(ScalarType.STRING));
    const undo = writer.length;
    writer.varint(tag);
    if (cursor.copyString(writer) === 0 && implicit) writer.truncate(undo);
  };
}

function singular(field: DescField, read: ScalarReader, type: ScalarType): ValueReader {
  const tag = tagOf(field.number, wireTypeOf(type));
  const implicit = isImplicit(field);
  return (context) => {
    const value = read(context);
    if (value === undefined || (implicit && isDefault(value))) return;
    context.writer.varint(tag);
    writeScalar(context.writer, type, value);
  };
}

/** A length-delimited message under a tag. */
function messageValue(fieldNumber: number, message: DescMessage): ValueReader {
  const tag = tagOf(fieldNumber, WireType.LEN);
  return (context) => {
    context.writer.varint(tag);
    const start = context.writer.open();
    context.readers.get(message)(context);
    context.writer.close(start);
  };
}

function compileList(field: DescField & { fieldKind: 'list' }): ValueReader {
  if (field.listKind === 'message') {
    return elements(messageValue(field.number, field.message), acceptsNull(field.message));
  }
  if (field.listKind === 'scalar') return scalars(field, field.scalar, scalarReader(field.scalar));
  return scalars(field, ScalarType.INT32, enumReader(field.enum));
}

function scalars(
  field: DescField & { fieldKind: 'list' },
  type: ScalarType,
  read: ScalarReader,
): ValueReader {
  const tag = tagOf(field.number, field.packed ? WireType.LEN : wireTypeOf(type));
  const each = elements((context) => {
    const value = read(context);
    if (value === undefined) return;
    if (!field.packed) context.writer.varint(tag);
    writeScalar(context.writer, type, value);
  }, true);
  if (!field.packed) return each;
  return (context) => {
    context.writer.varint(tag);
    const start = context.writer.open();
    each(context);
    context.writer.close(start);
  };
}

function elements(read: ValueReader, nullable: boolean): ValueReader {
  return (context) => {
    const { cursor } = context;
    if (cursor.kind() !== 'array') throw invalid(context, 'must be an array');
    for (let more = cursor.beginArray(); more; more = cursor.nextElement()) {
      if (!nullable && cursor.kind() === 'null') throw invalid(context, 'must not hold null');
      read(context);
    }
  };
}

/** Messages whose JSON form of `null` is a value and not an absence. */
export function acceptsNull(message: DescMessage): boolean {
  return message.typeName === 'google.protobuf.Value';
}

function compileMap(field: DescField & { fieldKind: 'map' }): ValueReader {
  const tag = tagOf(field.number, WireType.LEN);
  const keyTag = tagOf(1, wireTypeOf(field.mapKey));
  const readValue = compileMapValue(field);
  return (context) => {
    const { cursor, writer } = context;
    if (cursor.kind() !== 'object') throw invalid(context, 'must be an object');
    const seen = new Set<ScalarValue>();
    for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
      const key = parseScalarText(field.mapKey, cursor.key());
      if (key === undefined) throw invalid(context, `has a key that ${describeScalar(field.mapKey)}`);
      if (seen.has(key)) throw invalid(context, 'has a key twice', 'FIELD_DUPLICATE');
      seen.add(key);
      const undo = writer.length;
      writer.varint(tag);
      const start = writer.open();
      writer.varint(keyTag);
      writeScalar(writer, field.mapKey, key);
      if (readValue(context)) writer.close(start);
      else writer.truncate(undo);
    }
  };
}

/** Answers false for an enum name that is to be ignored, which drops the entry. */
function compileMapValue(field: DescField & { fieldKind: 'map' }): (context: DecodeContext) => boolean {
  if (field.mapKind === 'message') {
    const read = messageValue(2, field.message);
    const nullable = acceptsNull(field.message);
    return (context) => {
      if (!nullable && context.cursor.kind() === 'null') throw invalid(context, 'must not hold null');
      read(context);
      return true;
    };
  }
  const type = field.mapKind === 'scalar' ? field.scalar : ScalarType.INT32;
  const valueTag = tagOf(2, wireTypeOf(type));
  const read = field.mapKind === 'enum' ? enumReader(field.enum) : scalarReader(field.scalar);
  return (context) => {
    const value = read(context);
    if (value === undefined) return false;
    context.writer.varint(valueTag);
    writeScalar(context.writer, type, value);
    return true;
  };
}
