import { tagOf, WireType } from '../wire/wire-writer.js';
import { invalid, type DecodeContext } from './decode-context.js';
import { parseFloating } from './number-text.js';

/** google.protobuf.Struct from any JSON object. */
export function readStruct(context: DecodeContext): void {
  const { cursor, writer } = context;
  if (cursor.kind() !== 'object') throw invalid(context, 'must be an object');
  const seen = new Set<string>();
  for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
    const key = cursor.key();
    if (seen.has(key)) throw invalid(context, 'has a key twice', 'FIELD_DUPLICATE');
    seen.add(key);
    writer.varint(tagOf(1, WireType.LEN));
    const entry = writer.open();
    writer.varint(tagOf(1, WireType.LEN));
    writer.string(key);
    writer.varint(tagOf(2, WireType.LEN));
    const value = writer.open();
    readValue(context);
    writer.close(value);
    writer.close(entry);
  }
}

/** google.protobuf.ListValue from any JSON array. */
export function readListValue(context: DecodeContext): void {
  const { cursor, writer } = context;
  if (cursor.kind() !== 'array') throw invalid(context, 'must be an array');
  for (let more = cursor.beginArray(); more; more = cursor.nextElement()) {
    writer.varint(tagOf(1, WireType.LEN));
    const value = writer.open();
    readValue(context);
    writer.close(value);
  }
}

/** google.protobuf.Value from any JSON value. */
export function readValue(context: DecodeContext): void {
  const { cursor, writer } = context;
  const kind = cursor.kind();
  if (kind === 'string') {
    writer.varint(tagOf(3, WireType.LEN));
    writer.string(cursor.string());
  } else if (kind === 'number') {
    const value = parseFloating(cursor.number(), false);
    if (value === undefined) throw invalid(context, 'holds a number out of the range of double');
    writer.varint(tagOf(2, WireType.FIXED64));
    writer.double(value);
  } else if (kind === 'object' || kind === 'array') {
    writer.varint(tagOf(kind === 'object' ? 5 : 6, WireType.LEN));
    const start = writer.open();
    if (kind === 'object') readStruct(context);
    else readListValue(context);
    writer.close(start);
  } else {
    cursor.word(kind);
    writer.varint(tagOf(kind === 'null' ? 1 : 4, WireType.VARINT));
    writer.varint(kind === 'true' ? 1 : 0);
  }
}
