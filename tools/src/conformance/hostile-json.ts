const LEVELS = 100_000;
const MEMBERS = 100_000;
const HUGE = 1 << 20;

/**
 * An object text made expensive to read: `deep` nests 100,000 arrays, `many` adds 100,000 members, `huge` adds
 * one of 1 MiB.
 *
 * @param members the text of the members it starts with, without braces
 * @returns undefined when `kind` is none of these
 */
export function hostileJson(kind: string, members: string): string | undefined {
  switch (kind) {
    case 'deep':
      return `{${members},"x":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}`;
    case 'many':
      return `{${members},${Array.from({ length: MEMBERS }, (_, index) => `"k${index}":1`).join()}}`;
    case 'huge':
      return `{${members},"x":"${'a'.repeat(HUGE)}"}`;
    default:
      return undefined;
  }
}
