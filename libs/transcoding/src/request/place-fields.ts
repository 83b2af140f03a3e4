import type { DescField } from '@bufbuild/protobuf';
import { WireReader } from '../wire/wire-reader.js';
import { tagOf, WireType, WireWriter } from '../wire/wire-writer.js';

/** Tag and value of the last field of a path. */
export interface Placement {
  readonly fields: readonly DescField[];
  readonly bytes: Uint8Array;
}

/**
 * Adds fields, also of nested messages, to a message in wire format. A nested message that is there already is
 * rewritten as one: decoders that replace rather than merge a message that comes twice (ts-proto's do) would
 * otherwise lose the first.
 */
export function placeFields(message: Uint8Array, placements: readonly Placement[], depth = 0): Uint8Array {
  if (placements.length === 0) return message;
  if (placements.every(({ fields }) => fields.length === depth + 1)) return joined(message, placements);
  const nested = new Map<DescField, Placement[]>();
  const direct: Uint8Array[] = [];
  for (const placement of placements) {
    if (placement.fields.length === depth + 1) {
      direct.push(placement.bytes);
      continue;
    }
    const field = placement.fields[depth] as DescField;
    const group = nested.get(field);
    if (group === undefined) nested.set(field, [placement]);
    else group.push(placement);
  }
  const numbers = new Set([...nested.keys()].map((field) => field.number));
  const { rest, payloads } = takeOut(message, numbers);
  const writer = new WireWriter();
  writer.raw(rest);
  for (const [field, group] of nested) {
    writer.varint(tagOf(field.number, WireType.LEN));
    writer.bytes(placeFields(Buffer.concat(payloads.get(field.number) ?? []), group, depth + 1));
  }
  for (const bytes of direct) writer.raw(bytes);
  return writer.finish();
}

/** Adds fields of the message itself. */
function joined(message: Uint8Array, placements: readonly Placement[]): Uint8Array {
  const [first] = placements;
  if (first !== undefined && placements.length === 1 && message.length === 0) return first.bytes;
  return Buffer.concat([message, ...placements.map(({ bytes }) => bytes)]);
}

/** A message without its fields of some numbers, and their payloads. */
function takeOut(
  message: Uint8Array,
  numbers: ReadonlySet<number>,
): { rest: Uint8Array; payloads: Map<number, Uint8Array[]> } {
  const reader = new WireReader(message);
  const rest: Uint8Array[] = [];
  const payloads = new Map<number, Uint8Array[]>();
  while (reader.at < reader.length) {
    const at = reader.at;
    const tag = reader.varint32();
    const number = tag >>> 3;
    if (!numbers.has(number)) {
      reader.skip(tag);
      rest.push(reader.slice(at, reader.at));
      continue;
    }
    payloads.set(number, [...(payloads.get(number) ?? []), reader.payload()]);
  }
  return { rest: Buffer.concat(rest), payloads };
}
