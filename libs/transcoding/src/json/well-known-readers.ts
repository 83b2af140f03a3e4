import { ScalarType, type DescMessage } from '@bufbuild/protobuf';
import { asBuffer } from '../wire/as-buffer.js';
import { tagOf, WireType, type WireWriter } from '../wire/wire-writer.js';
import { readAny } from './any-reader.js';
import { invalid, type DecodeContext, type ValueReader } from './decode-context.js';
import { parseFieldMask } from './field-mask-text.js';
import { readScalar } from './read-scalar.js';
import { isDefault, wireTypeOf, writeScalar } from './scalar-value.js';
import { readListValue, readStruct, readValue } from './struct-readers.js';
import { parseDuration, parseTimestamp, type SecondsNanos } from './time-text.js';
import { wrappedScalar } from './well-known.js';

/** The reader of a message whose JSON form is its own (proto3 JSON, "well-known types"); undefined for others. */
export function wellKnownReader(message: DescMessage): ValueReader | undefined {
  const scalar = wrappedScalar(message);
  if (scalar !== undefined) return wrapperReader(scalar);
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return textReader(writeTimestamp);
    case 'google.protobuf.Duration':
      return textReader(writeDuration);
    case 'google.protobuf.FieldMask':
      return textReader(writeFieldMask);
    case 'google.protobuf.Struct':
      return readStruct;
    case 'google.protobuf.Value':
      return readValue;
    case 'google.protobuf.ListValue':
      return readListValue;
    case 'google.protobuf.Any':
      return readAny;
    default:
      return undefined;
  }
}

/** Writes a message from a span of UTF-8, its text; answers what the text must be when it is not. */
export type TextWriter = (
  writer: WireWriter,
  utf8: Uint8Array,
  start: number,
  end: number,
) => string | undefined;

/** The text form of a message that has one, for query parameters as well; undefined for other messages. */
export function textWriter(message: DescMessage): TextWriter | undefined {
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return writeTimestamp;
    case 'google.protobuf.Duration':
      return writeDuration;
    case 'google.protobuf.FieldMask':
      return writeFieldMask;
    default:
      return undefined;
  }
}

function wrapperReader(scalar: ScalarType): ValueReader {
  const tag = tagOf(1, wireTypeOf(scalar));
  return (context) => {
    const value = readScalar(context, scalar);
    if (isDefault(value)) return;
    context.writer.varint(tag);
    writeScalar(context.writer, scalar, value);
  };
}

function textReader(write: TextWriter): ValueReader {
  return (context: DecodeContext) => {
    if (!context.cursor.isString()) throw invalid(context, 'must be a string');
    const { cursor, writer } = context;
    const fault = cursor.readString((utf8, start, end) => write(writer, utf8, start, end));
    if (fault !== undefined) throw invalid(context, fault);
  };
}

function writeTimestamp(
  writer: WireWriter,
  utf8: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  const time = parseTimestamp(utf8, start, end);
  if (time === undefined) return 'must be a time such as 2006-01-02T15:04:05Z';
  writeSecondsNanos(writer, time);
  return undefined;
}

function writeDuration(writer: WireWriter, utf8: Uint8Array, start: number, end: number): string | undefined {
  const time = parseDuration(utf8, start, end);
  if (time === undefined) return 'must be seconds such as 1.5s';
  writeSecondsNanos(writer, time);
  return undefined;
}

function writeSecondsNanos(writer: WireWriter, { seconds, nanos }: SecondsNanos): void {
  if (seconds !== 0) {
    writer.varint(tagOf(1, WireType.VARINT));
    writer.varint64(seconds);
  }
  if (nanos !== 0) {
    writer.varint(tagOf(2, WireType.VARINT));
    writer.varint64(nanos);
  }
}

function writeFieldMask(
  writer: WireWriter,
  utf8: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  const paths = parseFieldMask(asBuffer(utf8).toString('utf8', start, end));
  if (paths === undefined) return 'must be field paths separated by commas';
  for (const path of paths) {
    writer.varint(tagOf(1, WireType.LEN));
    writer.string(path);
  }
  return undefined;
}
