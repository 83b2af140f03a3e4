import type { DescMessage, ScalarType } from '@bufbuild/protobuf';
import { badReply } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';
import { formatFieldMask } from './field-mask-text.js';
import type { JsonWriter } from './json-writer.js';
import type { MessagePrinter, MessagePrinters } from './message-printers.js';
import { defaultText, int64, scalarPrinter } from './print-scalar.js';
import { wireTypeOf } from './scalar-value.js';
import { onlyFieldPrinter, valuePrinter } from './struct-printers.js';
import { printDuration, printTimestamp } from './time-printers.js';
import type { SecondsNanos } from './time-text.js';
import { hasSpecialJson, wrappedScalar } from './well-known.js';

const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;

/** The printer of a message whose JSON form is its own (proto3 JSON, "well-known types"); undefined for others. */
export function wellKnownPrinter(
  message: DescMessage,
  printers: MessagePrinters,
): MessagePrinter | undefined {
  const scalar = wrappedScalar(message);
  if (scalar !== undefined) return wrapperPrinter(scalar);
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return timePrinter(printTimestamp);
    case 'google.protobuf.Duration':
      return timePrinter(printDuration);
    case 'google.protobuf.FieldMask':
      return printFieldMask;
    case 'google.protobuf.Struct':
    case 'google.protobuf.ListValue':
      return onlyFieldPrinter(message, printers);
    case 'google.protobuf.Value':
      return valuePrinter(message, printers);
    case 'google.protobuf.Any':
      return anyPrinter(printers);
    default:
      return undefined;
  }
}

function wrapperPrinter(scalar: ScalarType): MessagePrinter {
  const tag = tagOf(1, wireTypeOf(scalar));
  const print = scalarPrinter(scalar);
  const absent = defaultText(scalar);
  return (reader, end, writer) => {
    const start = writer.length;
    while (reader.at < end) {
      const given = reader.varint32();
      if (given === tag) {
        writer.truncate(start);
        print(reader, writer);
      } else reader.skip(given);
    }
    if (writer.length === start) writer.ascii(absent);
  };
}

function timePrinter(print: (writer: JsonWriter, time: SecondsNanos) => boolean): MessagePrinter {
  return (reader, end, writer) => {
    let seconds = 0;
    let nanos = 0;
    while (reader.at < end) {
      const tag = reader.varint32();
      if (tag === tagOf(1, WireType.VARINT)) seconds = Number(int64(reader.varint()));
      else if (tag === tagOf(2, WireType.VARINT)) nanos = reader.varint32() | 0;
      else reader.skip(tag);
    }
    if (!print(writer, { seconds, nanos }))
      throw badReply('REPLY_UNPRINTABLE', 'the reply holds a time out of range');
  };
}

const printFieldMask: MessagePrinter = (reader, end, writer) => {
  const paths: string[] = [];
  while (reader.at < end) {
    const tag = reader.varint32();
    if (tag === tagOf(1, WireType.LEN)) paths.push(reader.string());
    else reader.skip(tag);
  }
  writer.quoted(formatFieldMask(paths));
};

function anyPrinter(printers: MessagePrinters): MessagePrinter {
  return (reader, end, writer) => {
    let typeUrl = '';
    let value: Uint8Array = new Uint8Array();
    while (reader.at < end) {
      const tag = reader.varint32();
      if (tag === tagOf(1, WireType.LEN)) typeUrl = reader.string();
      else if (tag === tagOf(2, WireType.LEN)) value = reader.payload();
      else reader.skip(tag);
    }
    if (typeUrl === '') return writer.ascii('{}');
    const message = printers.registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
    if (message === undefined)
      throw badReply('ANY_TYPE_UNKNOWN', 'the reply holds an Any of an unknown type');
    writer.ascii('{"@type":');
    writer.quoted(typeUrl);
    const inner = new WireReader(value);
    const isSpecial = hasSpecialJson(message);
    if (isSpecial) writer.ascii(',"value":');
    const start = writer.length;
    printers.get(message)(inner, inner.length, writer);
    if (isSpecial) writer.byte(CLOSE_BRACE);
    // The object of the message goes on where the type ended.
    else if (writer.length === start + '{}'.length) {
      writer.truncate(start);
      writer.byte(CLOSE_BRACE);
    } else writer.overwrite(start, COMMA);
  };
}
