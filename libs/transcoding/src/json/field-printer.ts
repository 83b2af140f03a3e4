import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { badReply } from '../transcoding-error.js';
import type { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';
import { enumPrinter, enumText } from './enum-printer.js';
import { isImplicit } from './field-reader.js';
import type { JsonWriter } from './json-writer.js';
import { mapPrinter } from './map-printer.js';
import type { MessagePrinter, MessagePrinters } from './message-printers.js';
import type { PrintOptions } from './print-options.js';
import { defaultText, scalarPrinter } from './print-scalar.js';
import { wireTypeOf } from './scalar-value.js';

/** Reads one value off the wire and writes its JSON text. */
export type ValuePrinter = (reader: WireReader, writer: JsonWriter) => void;

/** Makes the JSON text of a field. */
export interface FieldPrinter {
  /** The tags that it takes, the usual one first: a field with another one is as good as unknown. */
  readonly tags: readonly [number, ...number[]];
  readonly repeated: boolean;
  /**
   * Prints the field whose tag was read; where it is repeated, all of it up to another field or the end of the
   * message. Answers false, and has written nothing, where there is nothing to print after all.
   */
  print(reader: WireReader, writer: JsonWriter, tag: number, end: number): boolean;
}

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The printer of any field. */
export function compileFieldPrinter(field: DescField, printers: MessagePrinters): FieldPrinter {
  if (field.fieldKind === 'map') return mapPrinter(field, printers);
  const print = valuePrinter(field, printers);
  return field.fieldKind === 'list' ? list(field, print) : single(field, print);
}

/** The JSON text of a field that is absent from the wire; undefined for one with presence, which is not printed. */
export function absentText(field: DescField, options: PrintOptions): string | undefined {
  if (field.fieldKind === 'list') return '[]';
  if (field.fieldKind === 'map') return '{}';
  return isImplicit(field) ? defaultValueText(field, options) : undefined;
}

/** The JSON text of the default of a scalar or an enum; undefined for a message. */
export function defaultValueText(field: DescField, options: PrintOptions): string | undefined {
  if (field.enum !== undefined) return enumText(field.enum, field.enum.values[0]?.number ?? 0, options);
  return field.scalar === undefined ? undefined : defaultText(field.scalar);
}

/** The printer of one value of a field. */
export function valuePrinter(field: DescField, printers: MessagePrinters): ValuePrinter {
  if (field.scalar !== undefined) return scalarPrinter(field.scalar);
  if (field.enum !== undefined) return enumPrinter(field.enum, printers.options);
  return messagePrinter(field.message as DescMessage, printers);
}

/** The wire type of one value of a field. */
export function valueWireType({ scalar, message }: DescField): number {
  if (message !== undefined) return WireType.LEN;
  return scalar === undefined ? WireType.VARINT : wireTypeOf(scalar);
}

function messagePrinter(message: DescMessage, printers: MessagePrinters): ValuePrinter {
  let print: MessagePrinter | undefined;
  return (reader, writer) => {
    // Looked up here rather than above: messages may contain themselves.
    print ??= printers.get(message);
    print(reader, reader.delimited(), writer);
  };
}

function single(field: DescField, print: ValuePrinter): FieldPrinter {
  return {
    tags: [tagOf(field.number, valueWireType(field))],
    repeated: false,
    print(reader, writer) {
      print(reader, writer);
      return true;
    },
  };
}

/** Numbers arrive packed or not, whatever the descriptor says (protobuf.dev, "Packed Repeated Fields"). */
function list(field: DescField, print: ValuePrinter): FieldPrinter {
  const one = tagOf(field.number, valueWireType(field));
  const packed = tagOf(field.number, WireType.LEN);
  const printOne = (reader: WireReader, writer: JsonWriter) => {
    writer.byte(COMMA);
    print(reader, writer);
  };
  const printPacked = (reader: WireReader, writer: JsonWriter) => {
    const end = reader.delimited();
    while (reader.at < end) printOne(reader, writer);
    if (reader.at !== end)
      throw badReply('REPLY_MALFORMED', 'the reply is no protobuf message: a value runs past its list');
  };
  return {
    tags: one === packed ? [one] : [one, packed],
    repeated: true,
    print(reader, writer, tag, end) {
      const start = writer.length;
      for (let next = tag; next === one || next === packed; next = reader.tag(end)) {
        if (next === one) printOne(reader, writer);
        else printPacked(reader, writer);
      }
      reader.untag();
      if (writer.length === start) return false;
      writer.overwrite(start, OPEN_BRACKET);
      writer.byte(CLOSE_BRACKET);
      return true;
    },
  };
}
