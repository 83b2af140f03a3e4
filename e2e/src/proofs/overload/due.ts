/** How many requests of an open load are due so long after its beginning: the first one at once. */
export function dueAfter(elapsedMs: number, perSecond: number): number {
  return Math.floor((elapsedMs * perSecond) / 1_000) + 1;
}
