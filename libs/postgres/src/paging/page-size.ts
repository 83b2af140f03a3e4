import { platformReasons } from '@gatehouse/errors';

/** How many rows a page may have. */
export interface PageSizeLimits {
  /** For a request that asks for none. */
  readonly default: number;
  readonly max: number;
}

/**
 * The number of rows to give, by AIP-158: unset or zero is the default, too many are cut down in silence.
 * @throws AppError INVALID_ARGUMENT / FIELD_INVALID when negative
 */
export function pageSize(requested: number | undefined, limits: PageSizeLimits): number {
  if (requested === undefined || requested === 0) return limits.default;
  if (requested < 0) {
    throw platformReasons.FIELD_INVALID({
      violations: [{ field: 'page_size', description: 'must not be negative', reason: 'int32.gte' }],
    });
  }
  return Math.min(requested, limits.max);
}
