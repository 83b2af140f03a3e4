import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { WireReader } from '../wire/wire-reader.js';
import { FieldOrder, type PlacedField } from './field-order.js';
import { absentText, compileFieldPrinter, type FieldPrinter } from './field-printer.js';
import { fragment, type Fragment } from './fragment.js';
import type { JsonWriter } from './json-writer.js';
import type { PrintOptions } from './print-options.js';
import { wellKnownPrinter } from './well-known-printers.js';

/** Writes the JSON text of the message between `reader.at` and `end`, and leaves the reader at `end`. */
export type MessagePrinter = (reader: WireReader, end: number, writer: JsonWriter) => void;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The most oneofs of one message that are told apart at sight. */
const ONEOF_BITS = 31;

interface FieldPlan extends PlacedField {
  readonly printer: FieldPrinter;
  /** `,"name":` */
  readonly label: Fragment;
  /** What to print when it is absent, label included; undefined for nothing. */
  readonly absent: Fragment | undefined;
}

/** The printers of messages, each compiled when it is first needed. */
export class MessagePrinters {
  private readonly printers = new Map<DescMessage, MessagePrinter>();
  private readonly messages = new Map<DescMessage, FieldOrder<FieldPlan>>();
  private readonly fields = new Map<DescField, FieldOrder<FieldPlan>>();

  constructor(
    readonly registry: Registry,
    readonly options: PrintOptions,
  ) {}

  get(message: DescMessage): MessagePrinter {
    let printer = this.printers.get(message);
    if (printer === undefined) {
      const compiled = wellKnownPrinter(message, this) ?? this.compile(message);
      printer = (reader, end, writer) => {
        writer.descend();
        compiled(reader, end, writer);
        writer.ascend();
      };
      this.printers.set(message, printer);
    }
    return printer;
  }

  /** Prints a message without any field. */
  printEmpty(message: DescMessage, writer: JsonWriter): void {
    this.get(message)(new WireReader(new Uint8Array()), 0, writer);
  }

  /** The fields of a message. */
  fieldsOf(message: DescMessage): FieldOrder<FieldPlan> {
    let order = this.messages.get(message);
    if (order === undefined) {
      const fields = message.fields.toSorted((a, b) => a.number - b.number);
      order = new FieldOrder(fields.map((field) => this.planOf(field, fields)));
      this.messages.set(message, order);
    }
    return order;
  }

  /**
   * Prints the value of one field of the message between `reader.at` and `end`, or what stands for its absence;
   * leaves the reader at `end`.
   */
  printField(field: DescField, reader: WireReader, end: number, writer: JsonWriter): void {
    let order = this.fields.get(field);
    if (order === undefined) this.fields.set(field, (order = new FieldOrder([this.planOf(field, [field])])));
    const message = order.arrange(reader, end);
    const messageEnd = message === reader ? end : message.length;
    let isPrinted = false;
    while (message.at < messageEnd) {
      const tag = message.varint32();
      const plan = order.find(tag);
      if (plan === undefined) message.skip(tag);
      else isPrinted = plan.printer.print(message, writer, tag, messageEnd);
    }
    if (!isPrinted) writer.ascii(absentText(field, this.options) ?? 'null');
  }

  private compile(message: DescMessage): MessagePrinter {
    let order: FieldOrder<FieldPlan> | undefined;
    return (reader, end, writer) => {
      // Looked up here rather than above: messages may contain themselves.
      order ??= this.fieldsOf(message);
      printObject(order, reader, end, writer);
    };
  }

  /** @param fields those that are printed, in order */
  private planOf(field: DescField, fields: readonly DescField[]): FieldPlan {
    const name = this.options.protoFieldNames ? field.name : field.jsonName;
    const label = `,${JSON.stringify(name)}:`;
    const absent = this.options.alwaysEmitImplicit ? absentText(field, this.options) : undefined;
    const printer = compileFieldPrinter(field, this);
    const { tags, repeated } = printer;
    return {
      index: fields.indexOf(field),
      tags,
      repeated,
      isMessage: field.fieldKind === 'message',
      excludes: fields.flatMap((other, index) => (excludes(field, other) ? [index] : [])),
      oneofBit: field.oneof === undefined ? 0 : 1 << (field.parent.oneofs.indexOf(field.oneof) % ONEOF_BITS),
      printer,
      label: fragment(label),
      absent: absent === undefined ? undefined : fragment(label + absent),
    };
  }
}

function excludes(field: DescField, other: DescField): boolean {
  return field !== other && field.oneof !== undefined && field.oneof === other.oneof;
}

function printObject(
  order: FieldOrder<FieldPlan>,
  reader: WireReader,
  end: number,
  writer: JsonWriter,
): void {
  const { fields } = order;
  const message = order.arrange(reader, end);
  const messageEnd = message === reader ? end : message.length;
  const start = writer.length;
  let next = 0;
  while (message.at < messageEnd) {
    const tag = message.varint32();
    let field = fields[next];
    if (field === undefined || field.tags[0] !== tag) {
      field = order.find(tag);
      if (field === undefined) {
        message.skip(tag);
        continue;
      }
      for (; next < field.index; next++) printAbsent(fields[next], writer);
    }
    next = field.index + 1;
    const at = writer.length;
    writer.fragment(field.label);
    if (field.printer.print(message, writer, tag, messageEnd)) continue;
    writer.truncate(at);
    printAbsent(field, writer);
  }
  for (; next < fields.length; next++) printAbsent(fields[next], writer);
  // Every label has a comma; the first one's place is that of the brace.
  if (writer.length === start) writer.byte(OPEN_BRACE);
  else writer.overwrite(start, OPEN_BRACE);
  writer.byte(CLOSE_BRACE);
}

function printAbsent(field: FieldPlan | undefined, writer: JsonWriter): void {
  if (field?.absent !== undefined) writer.fragment(field.absent);
}
