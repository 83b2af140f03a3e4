import { ScalarType, type DescField } from '@bufbuild/protobuf';

type MapKey = (DescField & { fieldKind: 'map' })['mapKey'];

/** A map field in a message object: a `Map` for 64-bit and bool keys, else an object. */
export type MapValue = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;

/** How many entries a map field has. */
export function entryCount(map: MapValue): number {
  return map instanceof Map ? map.size : Object.keys(map).length;
}

/** The entries of a map field, the keys in the form in which scalars of their type have. */
export function* entriesOf(map: MapValue, key: MapKey): Iterable<readonly [unknown, unknown]> {
  if (map instanceof Map) {
    yield* map as ReadonlyMap<unknown, unknown>;
    return;
  }
  for (const [name, value] of Object.entries(map)) {
    yield [key === ScalarType.STRING ? name : Number(name), value];
  }
}

/** The most of a key that a path repeats: keys are the caller's, and of any length. */
const MAX_KEY = 64;

/** The step of a path that leads to an entry: `["de"]`, `[7]`. */
export function entryStep(key: unknown): string {
  return `[${typeof key === 'string' ? JSON.stringify(key.slice(0, MAX_KEY)) : String(key)}]`;
}
