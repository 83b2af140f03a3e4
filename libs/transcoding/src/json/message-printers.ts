import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { badReply } from '../transcoding-error.js';
import { WireReader } from '../wire/wire-reader.js';
import { absentText, compileFieldPrinter, type FieldPrinter } from './field-printer.js';
import { MAX_DEPTH } from './json-cursor.js';
import type { PrintOptions } from './print-options.js';
import { wellKnownPrinter } from './well-known-printers.js';

/** Answers the JSON text of the message between `reader.at` and `end`, and leaves the reader at `end`. */
export type MessagePrinter = (reader: WireReader, end: number, depth: number) => string;

interface FieldPlan {
  readonly printer: FieldPrinter;
  readonly index: number;
  /** `"name":` */
  readonly label: string;
  /** The other fields of its oneof, which it unsets. */
  readonly excludes: readonly number[];
  /** What to print when it is absent; undefined for nothing. */
  readonly absent: string | undefined;
}

interface MessagePlan {
  /** By field number. */
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  /** In the order of field numbers, which is the order of printing. */
  readonly plans: readonly FieldPlan[];
}

/** The printers of messages, each compiled when it is first needed. */
export class MessagePrinters {
  private readonly printers = new Map<DescMessage, MessagePrinter>();

  constructor(
    readonly registry: Registry,
    readonly options: PrintOptions,
  ) {}

  get(message: DescMessage): MessagePrinter {
    let printer = this.printers.get(message);
    if (printer === undefined) {
      const compiled = wellKnownPrinter(message, this) ?? this.compile(message);
      printer = (reader, end, depth) => {
        if (depth > MAX_DEPTH) throw badReply('REPLY_TOO_DEEP', `the reply nests deeper than ${MAX_DEPTH}`);
        return compiled(reader, end, depth);
      };
      this.printers.set(message, printer);
    }
    return printer;
  }

  private compile(message: DescMessage): MessagePrinter {
    let plan: MessagePlan | undefined;
    return (reader, end, depth) => {
      // Compiled here rather than above: messages may contain themselves.
      plan ??= this.plan(message);
      return printObject(plan, reader, end, depth);
    };
  }

  private plan(message: DescMessage): MessagePlan {
    const fields = [...message.fields].sort((a, b) => a.number - b.number);
    const plans = fields.map((field, index): FieldPlan => {
      const name = this.options.protoFieldNames ? field.name : field.jsonName;
      const siblings = field.oneof?.fields.filter((other) => other !== field) ?? [];
      return {
        printer: compileFieldPrinter(field, this),
        index,
        label: `${JSON.stringify(name)}:`,
        excludes: siblings.map((other) => fields.indexOf(other)),
        absent: this.options.alwaysEmitImplicit ? absentText(field, this.options) : undefined,
      };
    });
    return {
      plans,
      byNumber: new Map(plans.map((plan, index) => [(fields[index] as DescField).number, plan])),
    };
  }
}

function printObject(plan: MessagePlan, reader: WireReader, end: number, depth: number): string {
  const slots: unknown[] = new Array(plan.plans.length);
  while (reader.at < end) {
    const at = reader.at;
    const tag = reader.varint32();
    const wireType = tag & 7;
    const entry = plan.byNumber.get(tag >>> 3);
    if (entry === undefined || !entry.printer.accepts(wireType)) {
      reader.skip(tag);
      continue;
    }
    for (const other of entry.excludes) slots[other] = undefined;
    slots[entry.index] = entry.printer.take({ reader, wireType, at, depth }, slots[entry.index]);
  }
  if (reader.at !== end)
    throw badReply('REPLY_MALFORMED', 'the reply is no protobuf message: a field runs past its message');
  let text = '';
  for (const entry of plan.plans) {
    const slot = slots[entry.index];
    const value = slot === undefined ? entry.absent : entry.printer.text(slot);
    if (value !== undefined) text += (text === '' ? '' : ',') + entry.label + value;
  }
  return `{${text}}`;
}
