import { badReply } from '../transcoding-error.js';
import type { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';
import { MAX_DEPTH } from './json-cursor.js';
import type { MessagePrinter } from './message-printers.js';
import { printFloating, quote } from './print-scalar.js';

const printValue: MessagePrinter = (reader, end, depth) => {
  if (depth > MAX_DEPTH) throw badReply('REPLY_TOO_DEEP', `the reply nests deeper than ${MAX_DEPTH}`);
  let text: string | undefined;
  while (reader.at < end) {
    const tag = reader.varint32();
    text = printKind(tag, reader, depth) ?? text;
  }
  if (text === undefined) throw badReply('REPLY_UNPRINTABLE', 'the reply holds a Value without a kind');
  return text;
};

function printKind(tag: number, reader: WireReader, depth: number): string | undefined {
  switch (tag) {
    case tagOf(1, WireType.VARINT):
      reader.varint();
      return 'null';
    case tagOf(2, WireType.FIXED64):
      return finite(reader.double());
    case tagOf(3, WireType.LEN):
      return quote(reader.string());
    case tagOf(4, WireType.VARINT):
      return Number(reader.varint()) === 0 ? 'false' : 'true';
    case tagOf(5, WireType.LEN):
      return printStruct(reader, reader.delimited(), depth + 1);
    case tagOf(6, WireType.LEN):
      return printList(reader, reader.delimited(), depth + 1);
    default:
      reader.skip(tag);
      return undefined;
  }
}

// struct.proto: "Note that attempting to serialize NaN or Infinity results in error".
function finite(value: number): string {
  if (!Number.isFinite(value))
    throw badReply('REPLY_UNPRINTABLE', 'the reply holds a Value that is NaN or infinite');
  return printFloating(value);
}

const printStruct: MessagePrinter = (reader, end, depth) => {
  const members = new Map<string, string>();
  while (reader.at < end) {
    const tag = reader.varint32();
    if (tag !== tagOf(1, WireType.LEN)) {
      reader.skip(tag);
      continue;
    }
    const entryEnd = reader.delimited();
    let key = '';
    let value: string | undefined;
    while (reader.at < entryEnd) {
      const inner = reader.varint32();
      if (inner === tagOf(1, WireType.LEN)) key = reader.string();
      else if (inner === tagOf(2, WireType.LEN)) value = printValue(reader, reader.delimited(), depth + 1);
      else reader.skip(inner);
    }
    if (value === undefined) throw badReply('REPLY_UNPRINTABLE', 'the reply holds a Value without a kind');
    members.set(key, value);
  }
  return `{${[...members].map(([key, value]) => `${quote(key)}:${value}`).join(',')}}`;
};

const printList: MessagePrinter = (reader, end, depth) => {
  const elements: string[] = [];
  while (reader.at < end) {
    const tag = reader.varint32();
    if (tag === tagOf(1, WireType.LEN)) elements.push(printValue(reader, reader.delimited(), depth + 1));
    else reader.skip(tag);
  }
  return `[${elements.join(',')}]`;
};

/** google.protobuf.Struct, Value and ListValue as the JSON they stand for. */
export const structPrinters = { struct: printStruct, value: printValue, list: printList };
