import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { JsonCursor } from '../json/json-cursor.js';
import { hasSpecialJson } from '../json/well-known.js';
import { WireWriter, tagOf, WireType } from '../wire/wire-writer.js';

/**
 * The field mask that a PATCH body stands for when the caller gives none: the proto names of the fields that
 * the JSON object holds, sorted (AIP-134: an absent mask means the populated fields). It descends into
 * messages; repeated fields, maps and messages with a JSON form of their own count whole. Members that name no
 * field are left to the decoder. The JSON is well formed.
 */
export function bodyFieldMask(message: DescMessage, json: Uint8Array): string[] {
  const paths: string[] = [];
  collect(message, new JsonCursor(json), '', paths);
  return paths.sort();
}

function collect(message: DescMessage, cursor: JsonCursor, prefix: string, paths: string[]): void {
  for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
    const field = fieldNamed(message, cursor.key());
    const kind = cursor.kind();
    if (field === undefined) {
      cursor.skip();
      continue;
    }
    const path = prefix + field.name;
    const before = paths.length;
    if (kind === 'object' && field.fieldKind === 'message' && !hasSpecialJson(field.message)) {
      collect(field.message, cursor, `${path}.`, paths);
    } else cursor.skip();
    if (paths.length === before) paths.push(path);
  }
}

function fieldNamed(message: DescMessage, key: string): DescField | undefined {
  return (
    message.fields.find((field) => field.jsonName === key) ??
    message.fields.find((field) => field.name === key)
  );
}

/** A google.protobuf.FieldMask field, tag and value, also when it has no paths. */
export function encodeFieldMask(field: DescField, paths: readonly string[]): Uint8Array {
  const writer = new WireWriter();
  writer.varint(tagOf(field.number, WireType.LEN));
  const start = writer.open();
  for (const path of paths) {
    writer.varint(tagOf(1, WireType.LEN));
    writer.string(path);
  }
  writer.close(start);
  return writer.finish();
}
