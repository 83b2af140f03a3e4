/**
 * The smallest of some numbers that so many of them do not exceed; NaN of none, which meets no goal.
 *
 * @param share from 0 to 1, such as 0.99
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
