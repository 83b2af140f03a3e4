import type { DescField } from '@bufbuild/protobuf';
import { JsonCursor } from '../json/json-cursor.js';

/**
 * The JSON text of the member that a path of fields names, in either spelling, or undefined when it is absent.
 * The JSON is well formed.
 */
export function findMember(json: Uint8Array, fields: readonly DescField[]): string | undefined {
  const cursor = new JsonCursor(json);
  let remaining = fields;
  while (remaining.length > 0) {
    const field = remaining[0] as DescField;
    if (cursor.kind() !== 'object' || !enterMember(cursor, field)) return undefined;
    remaining = remaining.slice(1);
  }
  cursor.kind();
  const start = cursor.at;
  cursor.skip();
  return cursor.bytes.toString('utf8', start, cursor.at);
}

function enterMember(cursor: JsonCursor, field: DescField): boolean {
  for (let more = cursor.beginObject(); more; more = cursor.nextMember()) {
    const key = cursor.key();
    if (key === field.jsonName || (key === field.name && !hidesName(field))) return true;
    cursor.skip();
  }
  return false;
}

/** Whether another field of the message has this one's proto name as its JSON name. */
function hidesName(field: DescField): boolean {
  return field.parent?.fields.some((other) => other !== field && other.jsonName === field.name) ?? false;
}
