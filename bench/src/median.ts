/**
 * The middle one of some numbers, or the mean of the middle two.
 *
 * @throws Error when there are none
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('no numbers, no median');
  return (upper + lower) / 2;
}
