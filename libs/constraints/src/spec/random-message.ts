import { create, ScalarType, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: string): () => number {
  let state = [...seed].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LENGTHS = [1, 2, 3, 12, 64, 65, 100, 101, 128, 129, 200, 201, 254, 255, 256, 257, 512, 513, 1000, 1001];
const WORDS = 'resource-service A-b create_time user editor admin ß someone@example.com someone@'.split(' ');
const UUID = '018f2b7e-8d1a-7c3e-9b1a-0123456789ab';
const STRINGS = LENGTHS.flatMap((length) => ['a'.repeat(length), '😀'.repeat(length)]).concat(WORDS, [
  '',
  ' ',
  UUID,
  'title desc',
  'a\u0000b',
  'correct horse battery',
]);
const INTEGERS = [0, 1, 2, 3, 5, 50, 200, 201, 2 ** 31 - 1];
/** How deep messages are nested before they are left out. */
const MAX_DEPTH = 4;

/** A message with random fields, many of them at the edges of the contract's rules. */
export function randomMessage(desc: DescMessage, random: () => number): Message {
  return fill(desc, random, 0).message;
}

function fill(desc: DescMessage, random: () => number, depth: number): ReflectMessage {
  const message = reflect(desc, create(desc));
  for (const field of desc.fields) {
    if (random() < 0.2) continue;
    if (field.fieldKind === 'list') {
      const size = depth < MAX_DEPTH ? Math.floor(random() * 4) : 0;
      const list = message.get(field);
      for (let index = 0; index < size; index++) list.add(valueOf(field, random, depth));
    } else if (field.fieldKind === 'map') {
      message.get(field).set(scalarOf(field.mapKey, random), valueOf(field, random, depth));
    } else if (field.fieldKind !== 'message' || depth < MAX_DEPTH) {
      message.set(field, valueOf(field, random, depth) as never);
    }
  }
  return message;
}

function valueOf(field: DescField, random: () => number, depth: number): unknown {
  if (field.message) return messageOf(field.message, random, depth);
  if (field.enum) return pick([...field.enum.values.map(({ number }) => number), 99], random);
  return scalarOf(field.scalar, random);
}

function scalarOf(scalar: ScalarType | undefined, random: () => number): unknown {
  switch (scalar) {
    case ScalarType.STRING:
      return pick(STRINGS, random);
    case ScalarType.BOOL:
      return random() < 0.5;
    case ScalarType.BYTES:
      return new Uint8Array(pick(INTEGERS.slice(0, -1), random));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return BigInt(pick(INTEGERS, random));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return BigInt(pick([-1, -200, ...INTEGERS], random));
    case ScalarType.INT32:
      return pick([-1, -200, ...INTEGERS], random);
    default:
      return pick(INTEGERS, random);
  }
}

/**
 * A nested message; a timestamp in whole milliseconds, which is what a `Date` can hold, and a duration whose parts
 * have one sign, as its definition asks.
 */
function messageOf(desc: DescMessage, random: () => number, depth: number): ReflectMessage {
  if (desc.typeName === 'google.protobuf.Duration') {
    const seconds = BigInt(pick([-1, -200, ...INTEGERS], random));
    const nanos = pick([0, 1, 999_999_999], random) * (seconds < 0n ? -1 : 1);
    return reflect(desc, create(desc, { seconds, nanos } as Record<string, unknown>));
  }
  if (desc.typeName !== 'google.protobuf.Timestamp') return fill(desc, random, depth + 1);
  const seconds = BigInt(Math.floor(random() * 4e9));
  const nanos = Math.floor(random() * 1000) * 1e6;
  return reflect(desc, create(desc, { seconds, nanos } as Record<string, unknown>));
}

function pick<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)] as T;
}
