import type { Rule, RuleMaker, Settings } from '../rule.js';

/** How the values of a rules message are compared with its bounds. */
export interface Order<T, Bound> {
  /** The value as a number that can be compared. */
  readonly rank: (value: T) => number | bigint;
  /** The bound as such a number; throws when values cannot be compared with it. */
  readonly rankOfBound: (bound: Bound) => number | bigint;
  /** The bound as the caller reads it. */
  readonly show: (bound: Bound) => string;
}

type Rank = number | bigint;
type Comparison = 'gt' | 'gte' | 'lt' | 'lte';

/** NaN is on no side of any bound, so it keeps none of these. */
const KEPT: Readonly<Record<Comparison, (rank: Rank, bound: Rank) => boolean>> = {
  gt: (rank, bound) => rank > bound,
  gte: (rank, bound) => rank >= bound,
  lt: (rank, bound) => rank < bound,
  lte: (rank, bound) => rank <= bound,
};
const WORDS: Readonly<Record<Comparison, string>> = {
  gt: 'greater than',
  gte: 'at least',
  lt: 'less than',
  lte: 'at most',
};

/**
 * The makers of `gt`, `gte`, `lt` and `lte`. A lower and an upper bound make
 * one rule between them, `int32.gt_lte`; when the upper one is the smaller,
 * it asks for a value outside of the two, `int32.gt_lte_exclusive`.
 */
export function rangeMakers<T, Bound>(
  family: string,
  { rank, rankOfBound, show }: Order<T, Bound>,
): Record<Comparison, RuleMaker<T>> {
  const bounded = (comparison: Comparison, bound: Bound) => {
    const limit = rankOfBound(bound);
    const kept = KEPT[comparison];
    return {
      limit,
      words: `${WORDS[comparison]} ${show(bound)}`,
      holds: (value: T) => kept(rank(value), limit),
    };
  };
  const lower =
    (comparison: 'gt' | 'gte') =>
    (bound: Bound, all: Settings): Rule<T>[] => {
      const low = bounded(comparison, bound);
      const other = upperOf(all);
      if (!other) {
        return [{ id: `${family}.${comparison}`, description: `must be ${low.words}`, holds: low.holds }];
      }
      const high = bounded(other, all.get(other) as Bound);
      const id = `${family}.${comparison}_${other}`;
      return high.limit >= low.limit
        ? [
            {
              id,
              description: `must be ${low.words} and ${high.words}`,
              holds: (value) => low.holds(value) && high.holds(value),
            },
          ]
        : [
            {
              id: `${id}_exclusive`,
              description: `must be ${low.words} or ${high.words}`,
              holds: (value) => low.holds(value) || high.holds(value),
            },
          ];
    };
  const upper =
    (comparison: 'lt' | 'lte') =>
    (bound: Bound, all: Settings): Rule<T>[] => {
      if (all.has('gt') || all.has('gte')) return [];
      const { words, holds } = bounded(comparison, bound);
      return [{ id: `${family}.${comparison}`, description: `must be ${words}`, holds }];
    };
  return { gt: lower('gt'), gte: lower('gte'), lt: upper('lt'), lte: upper('lte') };
}

function upperOf(all: Settings): 'lt' | 'lte' | undefined {
  if (all.has('lt')) return 'lt';
  return all.has('lte') ? 'lte' : undefined;
}
