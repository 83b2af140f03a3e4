/**
 * Whether a string has at least so many code points, as the string rules count. A code point takes one or two UTF-16
 * units, so most strings are decided by `length` and a hostile one is never counted past twice the limit.
 */
export function atLeast(value: string, limit: number): boolean {
  if (value.length < limit) return false;
  return value.length >= 2 * limit || count(value) >= limit;
}

/** Whether a string has at most so many code points, decided in the same way. */
export function atMost(value: string, limit: number): boolean {
  if (value.length <= limit) return true;
  return value.length <= 2 * limit && count(value) <= limit;
}

function count(value: string): number {
  let points = 0;
  for (const _ of value) points++;
  return points;
}
