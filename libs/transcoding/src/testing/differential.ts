import { isDeepStrictEqual } from 'node:util';
import {
  fromBinary,
  fromJsonString,
  toBinary,
  toJson,
  toJsonString,
  type DescMessage,
  type FileRegistry,
  type JsonValue,
  type Message,
} from '@bufbuild/protobuf';
import type { Codec } from '../json/codec.js';
import { WireReader } from '../wire/wire-reader.js';
import { MessageGenerator } from './message-generator.js';
import { Random } from './random.js';

/** Types of the sample contract that the codec is compared on. */
export const COMPARED_TYPES = [
  'Scalars',
  'Optionals',
  'Lists',
  'Maps',
  'Oneofs',
  'Wrappers',
  'WellKnown',
  'Tree',
  'Leaf',
];

/**
 * Compares the codec with protobuf-es, which passes protobuf's conformance suite, on generated messages: wire to
 * JSON in both, and the JSON, written in the freedoms that proto3 JSON allows, to wire. Throws at the first
 * difference, naming the seed.
 */
export function compareWithOracle(
  registry: FileRegistry,
  codec: Codec,
  message: DescMessage,
  seeds: { readonly from: number; readonly count: number },
): void {
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const random = new Random(seed);
    const sample = new MessageGenerator(registry, random).message(message);
    const bytes = toBinary(message, sample);
    const expected = JSON.parse(
      toJsonString(message, sample, { registry, alwaysEmitImplicit: true }),
    ) as JsonValue;
    const text = codec.encodeJson(message, bytes).toString();
    if (!isDeepStrictEqual(JSON.parse(text), expected)) {
      throw new Error(`${message.name} seed ${seed}: wrote ${text}, protobuf-es ${JSON.stringify(expected)}`);
    }
    compareMerged(registry, codec, message, seed);
    const spelled = respell(expected, random);
    const read = fromBinary(message, codec.decodeJson(message, spelled));
    const oracle = fromJsonString(message, spelled, { registry });
    if (!same(message, read, oracle, registry)) {
      throw new Error(
        `${message.name} seed ${seed}: read ${spelled} as ${toJsonString(message, read, { registry })}, protobuf-es as ${toJsonString(message, oracle, { registry })}`,
      );
    }
  }
}

/**
 * The same for what no serializer writes and every parser takes: the fields of two messages, one after the other or in
 * any order.
 */
function compareMerged(registry: FileRegistry, codec: Codec, message: DescMessage, seed: number): void {
  const random = new Random(seed);
  const generator = new MessageGenerator(registry, random);
  const [first, second] = [0, 1].map(() => fieldsOf(toBinary(message, generator.message(message))));
  // The type of one Any and the value of another make nothing that parsers agree on.
  const isAny = (field: Uint8Array) =>
    message.fields.some(
      ({ number, fieldKind, message: of }) =>
        fieldKind === 'message' &&
        of.typeName === 'google.protobuf.Any' &&
        new WireReader(field).varint32() >>> 3 === number,
    );
  const fields = [...(first ?? []), ...(second ?? []).filter((field) => !isAny(field))];
  const bytes = Buffer.concat(random.chance(50) ? random.shuffled(fields) : fields);
  const expected = printed(() =>
    toJson(message, fromBinary(message, bytes), { registry, alwaysEmitImplicit: true }),
  );
  const own = printed(() => JSON.parse(codec.encodeJson(message, bytes).toString()) as JsonValue);
  if (isDeepStrictEqual(own, expected)) return;
  throw new Error(
    `${message.name} seed ${seed}, merged: wrote ${JSON.stringify(own)}, protobuf-es ${JSON.stringify(expected)}`,
  );
}

/** What is printed; undefined for what has no JSON, such as two durations that became one of two signs. */
function printed(print: () => JsonValue): JsonValue | undefined {
  try {
    return JSON.parse(JSON.stringify(print())) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The fields of a message on the wire, one by one. */
function fieldsOf(bytes: Uint8Array): Uint8Array[] {
  const reader = new WireReader(bytes);
  const fields: Uint8Array[] = [];
  while (reader.at < reader.length) {
    const start = reader.at;
    reader.skip(reader.varint32());
    fields.push(reader.slice(start, reader.at));
  }
  return fields;
}

/** Bytes tell more than JSON (the sign of zero), but inside of an Any the order of the fields is free. */
function same(desc: DescMessage, a: Message, b: Message, registry: FileRegistry): boolean {
  if (Buffer.compare(toBinary(desc, a), toBinary(desc, b)) === 0) return true;
  const hasAny = desc.fields.some((field) => field.message?.typeName === 'google.protobuf.Any');
  return hasAny && toJsonString(desc, a, { registry }) === toJsonString(desc, b, { registry });
}

/** JSON text of a value with whitespace, escapes and members in an order that no printer would choose. */
function respell(value: JsonValue, random: Random): string {
  const space = (): string => random.pick(['', '', '', ' ', '\n\t', '\r']);
  if (typeof value === 'string') {
    return random.chance(10)
      ? `"${[...value].map((letter) => escapeLetter(letter)).join('')}"`
      : JSON.stringify(value);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${space()}${value.map((element) => respell(element, random)).join(`${space()},${space()}`)}${space()}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${respell(key, random)}${space()}:${space()}${respell(member, random)}`,
  );
  return `{${space()}${(random.chance(50) ? members.reverse() : members).join(`,${space()}`)}${space()}}`;
}

function escapeLetter(letter: string): string {
  return [...Array(letter.length).keys()]
    .map((index) => `\\u${letter.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
