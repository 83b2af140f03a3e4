import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import type { Codec } from '../json/codec.js';
import { MAX_DEPTH } from '../json/json-cursor.js';
import { describeEnum } from '../json/read-scalar.js';
import { describeScalar, parseEnumText, parseScalarText } from '../json/scalar-text.js';
import { wireTypeOf, writeScalar, type ScalarValue } from '../json/scalar-value.js';
import { textWriter } from '../json/well-known-readers.js';
import { hasSpecialJson, wrappedScalar } from '../json/well-known.js';
import { fieldPathName } from '../routes/field-path.js';
import { badRequest, TranscodingError } from '../transcoding-error.js';
import { tagOf, WireType, WireWriter } from '../wire/wire-writer.js';

/** A field that a path variable or a query parameter sets, and how its text becomes wire format. */
export interface Parameter {
  /** Dotted proto names. */
  readonly name: string;
  readonly fields: readonly DescField[];
  readonly repeated: boolean;
  /** Tag and value of the last field of the path. @throws TranscodingError FIELD_INVALID (400) */
  encode(text: string): Uint8Array;
}

/** A value is encoded at once, and none within another, so one writer serves all. */
const scratch = new WireWriter();

/**
 * The fields that a query parameter names, each part a JSON name or a proto name; the JSON name of one field
 * beats the proto name of another. Undefined where it names none.
 */
export function resolveParameterName(message: DescMessage, name: string): DescField[] | undefined {
  const parts = name.split('.', MAX_DEPTH + 1);
  if (parts.length > MAX_DEPTH) return undefined;
  const fields: DescField[] = [];
  let current: DescMessage | undefined = message;
  for (const part of parts) {
    const known: readonly DescField[] = current?.fields ?? [];
    const field =
      known.find(({ jsonName }) => jsonName === part) ?? known.find((candidate) => candidate.name === part);
    if (field === undefined) return undefined;
    fields.push(field);
    current = messageWithin(field);
  }
  return fields;
}

/** The message whose fields parameters name; undefined for a field that is one value, whatever it is made of. */
export function messageWithin(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'message' && !hasSpecialJson(field.message) ? field.message : undefined;
}

/**
 * The parameter of a path of fields, or undefined where the last one cannot be written as text: maps, and
 * messages that are more than one value. Struct, Value and ListValue are JSON text.
 */
export function parameterOf(fields: readonly DescField[], codec: Codec): Parameter | undefined {
  const leaf = fields.at(-1) as DescField;
  const name = fieldPathName(fields);
  const write = valueWriter(leaf) ?? jsonWriter(leaf, codec);
  if (write === undefined) return undefined;
  return {
    name,
    fields,
    repeated: leaf.fieldKind === 'list',
    encode(text) {
      // What a refused value has left behind.
      scratch.reset();
      const fault = write(scratch, text);
      if (fault !== undefined) throw badRequest('FIELD_INVALID', fault, name);
      return scratch.finish();
    },
  };
}

/** Writes tag and value; answers what the text must be when it is not. */
type ValueWriter = (writer: WireWriter, text: string) => string | undefined;

function valueWriter(field: DescField): ValueWriter | undefined {
  if (field.fieldKind === 'map') return undefined;
  if (field.enum !== undefined) {
    const type = field.enum;
    return scalarWriter(
      field.number,
      ScalarType.INT32,
      (text) => parseEnumText(type, text),
      describeEnum(type),
    );
  }
  if (field.scalar !== undefined) return plainWriter(field.number, field.scalar);
  const wrapped = wrappedScalar(field.message);
  const write = wrapped === undefined ? wholeText(field.message) : plainWriter(1, wrapped);
  if (write === undefined) return undefined;
  return (writer, text) => {
    writer.varint(tagOf(field.number, WireType.LEN));
    const start = writer.open();
    const fault = write(writer, text);
    writer.close(start);
    return fault;
  };
}

function wholeText(message: DescMessage): ValueWriter | undefined {
  const write = textWriter(message);
  if (write === undefined) return undefined;
  return (writer, text) => {
    const utf8 = Buffer.from(text);
    return write(writer, utf8, 0, utf8.length);
  };
}

function plainWriter(fieldNumber: number, scalar: ScalarType): ValueWriter {
  return scalarWriter(fieldNumber, scalar, (text) => parseScalarText(scalar, text), describeScalar(scalar));
}

function scalarWriter(
  fieldNumber: number,
  scalar: ScalarType,
  parse: (text: string) => ScalarValue | undefined,
  fault: string,
): ValueWriter {
  const tag = tagOf(fieldNumber, wireTypeOf(scalar));
  return (writer, text) => {
    const value = parse(text);
    if (value === undefined) return fault;
    writer.varint(tag);
    writeScalar(writer, scalar, value);
    return undefined;
  };
}

const JSON_TEXT = new Set(['google.protobuf.Struct', 'google.protobuf.Value', 'google.protobuf.ListValue']);

function jsonWriter(field: DescField, codec: Codec): ValueWriter | undefined {
  if (field.fieldKind !== 'message' || !JSON_TEXT.has(field.message.typeName)) return undefined;
  return (writer, text) => {
    try {
      writer.raw(codec.decodeFieldJson(field, text));
      return undefined;
    } catch (error) {
      if (error instanceof TranscodingError) return 'must be JSON text';
      throw error;
    }
  };
}
