import type { DescMessage, ScalarType } from '@bufbuild/protobuf';
import { badReply } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';
import { formatFieldMask } from './field-mask-text.js';
import type { MessagePrinter, MessagePrinters } from './message-printers.js';
import { defaultText, quote, scalarPrinter } from './print-scalar.js';
import { wireTypeOf } from './scalar-value.js';
import { structPrinters } from './struct-printers.js';
import { formatDuration, formatTimestamp, type SecondsNanos } from './time-text.js';
import { hasSpecialJson, wrappedScalar } from './well-known.js';

/** The printer of a message whose JSON form is its own (proto3 JSON, "well-known types"); undefined for others. */
export function wellKnownPrinter(
  message: DescMessage,
  printers: MessagePrinters,
): MessagePrinter | undefined {
  const scalar = wrappedScalar(message);
  if (scalar !== undefined) return wrapperPrinter(scalar);
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return (reader, end) => quote(required(formatTimestamp(readSecondsNanos(reader, end))));
    case 'google.protobuf.Duration':
      return (reader, end) => quote(required(formatDuration(readSecondsNanos(reader, end))));
    case 'google.protobuf.FieldMask':
      return printFieldMask;
    case 'google.protobuf.Struct':
      return structPrinters.struct;
    case 'google.protobuf.Value':
      return structPrinters.value;
    case 'google.protobuf.ListValue':
      return structPrinters.list;
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
  return (reader, end) => {
    let text = absent;
    while (reader.at < end) {
      const given = reader.varint32();
      if (given === tag) text = print(reader);
      else reader.skip(given);
    }
    return text;
  };
}

function readSecondsNanos(reader: WireReader, end: number): SecondsNanos {
  let seconds = 0;
  let nanos = 0;
  while (reader.at < end) {
    const tag = reader.varint32();
    if (tag === tagOf(1, WireType.VARINT)) seconds = Number(BigInt.asIntN(64, BigInt(reader.varint())));
    else if (tag === tagOf(2, WireType.VARINT)) nanos = reader.varint32() | 0;
    else reader.skip(tag);
  }
  return { seconds, nanos };
}

function required(text: string | undefined): string {
  if (text === undefined) throw badReply('REPLY_UNPRINTABLE', 'the reply holds a time out of range');
  return text;
}

const printFieldMask: MessagePrinter = (reader, end) => {
  const paths: string[] = [];
  while (reader.at < end) {
    const tag = reader.varint32();
    if (tag === tagOf(1, WireType.LEN)) paths.push(reader.string());
    else reader.skip(tag);
  }
  return quote(formatFieldMask(paths));
};

function anyPrinter(printers: MessagePrinters): MessagePrinter {
  return (reader, end, depth) => {
    let typeUrl = '';
    let value: Uint8Array = new Uint8Array();
    while (reader.at < end) {
      const tag = reader.varint32();
      if (tag === tagOf(1, WireType.LEN)) typeUrl = reader.string();
      else if (tag === tagOf(2, WireType.LEN)) value = reader.bytes();
      else reader.skip(tag);
    }
    if (typeUrl === '') return '{}';
    const message = printers.registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
    if (message === undefined)
      throw badReply('ANY_TYPE_UNKNOWN', 'the reply holds an Any of an unknown type');
    const inner = new WireReader(value);
    const text = printers.get(message)(inner, inner.length, depth + 1);
    const type = `"@type":${quote(typeUrl)}`;
    if (hasSpecialJson(message)) return `{${type},"value":${text}}`;
    return text === '{}' ? `{${type}}` : `{${type},${text.slice(1)}`;
  };
}
