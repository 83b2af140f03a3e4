import { ScalarType, type DescField } from '@bufbuild/protobuf';
import type { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType } from '../wire/wire-writer.js';
import { FieldOrder, type PlacedField } from './field-order.js';
import { defaultValueText, valuePrinter, valueWireType, type FieldPrinter } from './field-printer.js';
import type { JsonWriter } from './json-writer.js';
import { MemberTexts } from './member-texts.js';
import type { MessagePrinters } from './message-printers.js';
import { defaultText, scalarText } from './print-scalar.js';
import { wireTypeOf } from './scalar-value.js';

type MapDesc = DescField & { fieldKind: 'map' };

/** Reads an entry, and adds its value to the members. */
type EntryReader = (reader: WireReader, writer: JsonWriter, members: MemberTexts) => void;

/** The printer of a map: of entries with one key the last counts. */
export function mapPrinter(field: MapDesc, printers: MessagePrinters): FieldPrinter {
  const entryTag = tagOf(field.number, WireType.LEN);
  const readEntry = entryReader(field, printers);
  return {
    tags: [entryTag],
    repeated: true,
    print(reader, writer, tag, end) {
      const members = new MemberTexts();
      for (let next = tag; next === entryTag; next = reader.tag(end)) readEntry(reader, writer, members);
      reader.untag();
      members.print(writer);
      return true;
    },
  };
}

/** An entry is a message of a key and a value, of which both may be absent. */
function entryReader(field: MapDesc, printers: MessagePrinters): EntryReader {
  const [keyTag, valueTag] = [tagOf(1, wireTypeOf(field.mapKey)), tagOf(2, valueWireType(field))];
  const order = new FieldOrder([placed(0, keyTag, false), placed(1, valueTag, field.mapKind === 'message')]);
  const readKey = keyReader(field.mapKey);
  const absentKey = bare(defaultText(field.mapKey));
  const printValue = valuePrinter(field, printers);
  const printAbsent = absentPrinter(field, printers);
  return (reader, writer, members) => {
    const end = reader.delimited();
    const entry = order.arrange(reader, end);
    const entryEnd = entry === reader ? end : entry.length;
    const start = writer.length;
    let key = absentKey;
    while (entry.at < entryEnd) {
      const tag = entry.varint32();
      if (tag === keyTag) key = readKey(entry);
      else if (tag === valueTag) printValue(entry, writer);
      else entry.skip(tag);
    }
    if (writer.length === start) printAbsent(writer);
    members.take(key, writer, start);
  };
}

function placed(index: number, tag: number, isMessage: boolean): PlacedField {
  return { index, tags: [tag], repeated: false, isMessage, excludes: [], oneofBit: 0 };
}

/** Keys are strings in JSON, whatever they are. */
function keyReader(type: MapDesc['mapKey']): (reader: WireReader) => string {
  if (type === ScalarType.STRING) return (reader) => reader.string();
  const text = scalarText(type);
  return (reader) => bare(text(reader));
}

function bare(text: string): string {
  return text.replaceAll('"', '');
}

function absentPrinter(field: MapDesc, printers: MessagePrinters): (writer: JsonWriter) => void {
  const text = defaultValueText(field, printers.options);
  if (text !== undefined) return (writer) => writer.ascii(text);
  const { message } = field;
  return (writer) => printers.printEmpty(message as NonNullable<typeof message>, writer);
}
