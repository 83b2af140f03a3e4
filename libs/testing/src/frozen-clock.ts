/** A clock that stands still until told otherwise. */
export interface FrozenClock {
  /** Milliseconds since the epoch, as Date.now gives them. */
  readonly now: () => number;
  readonly date: () => Date;
  advance(ms: number): void;
}

/** @param start an instant that `new Date` understands */
export function frozenClock(start: string | number = '2026-01-01T00:00:00Z'): FrozenClock {
  let current = new Date(start).getTime();
  return {
    now: () => current,
    date: () => new Date(current),
    advance: (ms) => {
      current += ms;
    },
  };
}
