/** The first wait and the longest, in milliseconds. The first one is at most 100: a replica that ends is replaced at once. */
const FIRST_MS = 100;
const LONGEST_MS = 1_000;

/**
 * How long to wait before trying again: twice as long each time, and within the second half of that by chance, so
 * that verifiers who lost the same replica do not all come at the same moment.
 *
 * @param failures in a row, the one just met not counted
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function backoffMs(failures: number, random: number = Math.random()): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  return (longest / 2) * (1 + random);
}
