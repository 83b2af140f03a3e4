import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { WireReader } from '../wire/wire-reader.js';
import { WireType } from '../wire/wire-writer.js';
import { isImplicit } from './field-reader.js';
import type { MessagePrinter, MessagePrinters } from './message-printers.js';
import type { PrintOptions } from './print-options.js';
import { defaultText, quote, scalarPrinter, type ScalarPrinter } from './print-scalar.js';
import { wireTypeOf } from './scalar-value.js';

/** Where a field was met on the wire. */
export interface FieldPosition {
  readonly reader: WireReader;
  readonly wireType: number;
  /** Offset of the field's tag. */
  readonly at: number;
  readonly depth: number;
}

/**
 * Gathers the occurrences of one field on the wire and makes the JSON text of them. `Slot` is what is kept
 * between occurrences.
 */
export interface FieldPrinter<Slot = unknown> {
  accepts(wireType: number): boolean;
  /** Reads one occurrence. */
  take(position: FieldPosition, previous: Slot | undefined): Slot | undefined;
  text(slot: Slot): string;
}

/** The printer of any field. */
export function compileFieldPrinter(field: DescField, printers: MessagePrinters): FieldPrinter {
  switch (field.fieldKind) {
    case 'scalar':
      return singular(wireTypeOf(field.scalar), scalarPrinter(field.scalar)) as FieldPrinter;
    case 'enum':
      return singular(WireType.VARINT, enumPrinter(field.enum, printers.options)) as FieldPrinter;
    case 'message':
      return new MessageField(field.number, field.message, printers) as FieldPrinter;
    case 'list':
      return compileList(field, printers) as FieldPrinter;
    case 'map':
      return new MapField(field, printers) as FieldPrinter;
  }
}

/** The JSON text of a field that is absent from the wire; undefined for one with presence, which is not printed. */
export function absentText(field: DescField, options: PrintOptions): string | undefined {
  switch (field.fieldKind) {
    case 'list':
      return '[]';
    case 'map':
      return '{}';
    case 'scalar':
      return isImplicit(field) ? defaultText(field.scalar) : undefined;
    case 'enum':
      return isImplicit(field) ? enumText(field.enum, options)(field.enum.values[0]?.number ?? 0) : undefined;
    default:
      return undefined;
  }
}

function enumText(type: DescEnum, options: PrintOptions): (number: number) => string {
  if (type.typeName === 'google.protobuf.NullValue') return () => 'null';
  if (options.enumsAsNumbers) return String;
  const names = new Map(type.values.map((value) => [value.number, quote(value.name)]));
  return (number) => names.get(number) ?? String(number);
}

function enumPrinter(type: DescEnum, options: PrintOptions): ScalarPrinter {
  const text = enumText(type, options);
  return (reader) => text(reader.varint32() | 0);
}

function singular(wireType: number, print: ScalarPrinter): FieldPrinter<string> {
  return {
    accepts: (given) => given === wireType,
    take: ({ reader }) => print(reader),
    text: (slot) => slot,
  };
}

function compileList(
  field: DescField & { fieldKind: 'list' },
  printers: MessagePrinters,
): FieldPrinter<string> {
  if (field.listKind === 'message') {
    const { message } = field;
    return list(WireType.LEN, (reader, depth) => printDelimited(printers.get(message), reader, depth));
  }
  if (field.listKind === 'enum') return list(WireType.VARINT, enumPrinter(field.enum, printers.options));
  return list(wireTypeOf(field.scalar), scalarPrinter(field.scalar));
}

/** Numbers arrive packed or not, whatever the descriptor says (protobuf.dev, "Packed Repeated Fields"). */
function list(wireType: number, print: (reader: WireReader, depth: number) => string): FieldPrinter<string> {
  return {
    accepts: (given) => given === wireType || given === WireType.LEN,
    take: ({ reader, wireType: given, depth }, previous) => {
      if (given === wireType) {
        const element = print(reader, depth);
        return previous === undefined ? element : `${previous},${element}`;
      }
      let text = previous;
      const end = reader.delimited();
      while (reader.at < end) {
        const element = print(reader, depth);
        text = text === undefined ? element : `${text},${element}`;
      }
      return text;
    },
    text: (slot) => `[${slot}]`,
  };
}

/** Prints a length-delimited message. */
function printDelimited(print: MessagePrinter, reader: WireReader, depth: number): string {
  return print(reader, reader.delimited(), depth + 1);
}

interface MessageSlot {
  readonly text: string;
  readonly from: number;
}

class MessageField implements FieldPrinter<MessageSlot> {
  constructor(
    private readonly number: number,
    private readonly message: DescMessage,
    private readonly printers: MessagePrinters,
  ) {}

  accepts(wireType: number): boolean {
    return wireType === WireType.LEN;
  }

  take({ reader, at, depth }: FieldPosition, previous: MessageSlot | undefined): MessageSlot {
    const print = this.printers.get(this.message);
    if (previous === undefined) return { text: printDelimited(print, reader, depth), from: at };
    // Occurrences of a singular message merge, and merging is what concatenation of their bytes means.
    reader.at = reader.delimited();
    const merged = new WireReader(this.payloads(reader.slice(previous.from, reader.at)));
    return { text: print(merged, merged.length, depth + 1), from: previous.from };
  }

  text(slot: MessageSlot): string {
    return slot.text;
  }

  private payloads(fields: Uint8Array): Uint8Array {
    const reader = new WireReader(fields);
    const found: Uint8Array[] = [];
    while (reader.at < reader.length) {
      const tag = reader.varint32();
      if (tag === this.number * 8 + WireType.LEN) found.push(reader.bytes());
      else reader.skip(tag);
    }
    return Buffer.concat(found);
  }
}

class MapField implements FieldPrinter<Map<string, string>> {
  private readonly printKey: ScalarPrinter;
  private readonly keyWireType: number;
  private readonly value: FieldPrinter;
  private readonly absentKey: string;
  private readonly absentValue: (depth: number) => string;

  constructor(field: DescField & { fieldKind: 'map' }, printers: MessagePrinters) {
    this.printKey = scalarPrinter(field.mapKey);
    this.keyWireType = wireTypeOf(field.mapKey);
    this.absentKey = defaultText(field.mapKey);
    if (field.mapKind === 'message') {
      this.value = new MessageField(2, field.message, printers) as FieldPrinter;
      const { message } = field;
      this.absentValue = (depth) => printers.get(message)(new WireReader(new Uint8Array()), 0, depth + 1);
    } else if (field.mapKind === 'enum') {
      this.value = singular(WireType.VARINT, enumPrinter(field.enum, printers.options)) as FieldPrinter;
      const first = enumText(field.enum, printers.options)(field.enum.values[0]?.number ?? 0);
      this.absentValue = () => first;
    } else {
      this.value = singular(wireTypeOf(field.scalar), scalarPrinter(field.scalar)) as FieldPrinter;
      const text = defaultText(field.scalar);
      this.absentValue = () => text;
    }
  }

  accepts(wireType: number): boolean {
    return wireType === WireType.LEN;
  }

  take({ reader, depth }: FieldPosition, previous: Map<string, string> | undefined): Map<string, string> {
    const entries = previous ?? new Map<string, string>();
    const end = reader.delimited();
    let key = this.absentKey;
    let slot: unknown;
    while (reader.at < end) {
      const at = reader.at;
      const tag = reader.varint32();
      const wireType = tag & 7;
      if (tag >>> 3 === 1 && wireType === this.keyWireType) key = this.printKey(reader);
      else if (tag >>> 3 === 2 && this.value.accepts(wireType))
        slot = this.value.take({ reader, wireType, at, depth }, slot);
      else reader.skip(tag);
    }
    const name = key.startsWith('"') ? key : `"${key}"`;
    entries.set(name, slot === undefined ? this.absentValue(depth) : this.value.text(slot));
    return entries;
  }

  text(slot: Map<string, string>): string {
    return `{${[...slot].map(([key, value]) => `${key}:${value}`).join(',')}}`;
  }
}
