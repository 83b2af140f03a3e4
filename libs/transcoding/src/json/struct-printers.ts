import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { badReply } from '../transcoding-error.js';
import { tagOf, WireType } from '../wire/wire-writer.js';
import type { MessagePrinter, MessagePrinters } from './message-printers.js';

const NUMBER_TAG = tagOf(2, WireType.FIXED64);

/** google.protobuf.Struct and ListValue as their only field: the map of members, or the list of elements. */
export function onlyFieldPrinter(message: DescMessage, printers: MessagePrinters): MessagePrinter {
  const field = message.fields[0] as DescField;
  return (reader, end, writer) => printers.printField(field, reader, end, writer);
}

/** google.protobuf.Value as the one kind that it has. */
export function valuePrinter(message: DescMessage, printers: MessagePrinters): MessagePrinter {
  return (reader, end, writer) => {
    const kinds = printers.fieldsOf(message);
    const value = kinds.arrange(reader, end);
    const valueEnd = value === reader ? end : value.length;
    let isPrinted = false;
    while (value.at < valueEnd) {
      const tag = value.varint32();
      const kind = kinds.find(tag);
      if (kind === undefined) value.skip(tag);
      else {
        if (tag === NUMBER_TAG) requireFinite(value.view.getFloat64(value.at, true));
        isPrinted = kind.printer.print(value, writer, tag, valueEnd);
      }
    }
    if (!isPrinted) throw badReply('REPLY_UNPRINTABLE', 'the reply holds a Value without a kind');
  };
}

// struct.proto: "Note that attempting to serialize NaN or Infinity results in error".
function requireFinite(value: number): void {
  if (!Number.isFinite(value))
    throw badReply('REPLY_UNPRINTABLE', 'the reply holds a Value that is NaN or infinite');
}
