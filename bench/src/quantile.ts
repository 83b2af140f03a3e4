/**
 * The smallest of some numbers that so many of them do not exceed.
 *
 * @param share from 0 to 1, such as 0.99
 * @throws Error when there are none
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('no numbers, no quantile');
  return value;
}
