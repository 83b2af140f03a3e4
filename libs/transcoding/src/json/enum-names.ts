import type { DescEnum } from '@bufbuild/protobuf';

interface NamedNumber {
  readonly name: Uint8Array;
  readonly number: number;
}

/** Finds the numbers of an enum by the UTF-8 of their names. */
export class EnumNames {
  private readonly byLength = new Map<number, NamedNumber[]>();

  constructor({ values }: DescEnum) {
    for (const { name, number } of values) {
      const named = { name: Buffer.from(name), number };
      const others = this.byLength.get(name.length);
      if (others === undefined) this.byLength.set(name.length, [named]);
      else others.push(named);
    }
  }

  /** The number of the name that stands there; undefined for none. */
  readonly find = (utf8: Uint8Array, start: number, end: number): number | undefined => {
    const named = this.byLength.get(end - start);
    if (named === undefined) return undefined;
    for (const candidate of named) if (endsWith(candidate.name, utf8, end)) return candidate.number;
    return undefined;
  };
}

/** Compared from the end: the names of an enum begin alike. */
function endsWith(name: Uint8Array, utf8: Uint8Array, end: number): boolean {
  for (let left = name.length - 1, right = end - 1; left >= 0; left--, right--)
    if (name[left] !== utf8[right]) return false;
  return true;
}
