import { platformReasons } from '@gatehouse/errors';

/**
 * A title is asked for where one is given, which the contract cannot say: an
 * update of other fields comes without.
 *
 * @throws AppError FIELD_INVALID for one that is empty or blank
 */
export function requireTitle(title: string): void {
  if (title.trim() !== '') return;
  const violation = { field: 'resource.title', description: 'must not be empty', reason: 'string.min_len' };
  throw platformReasons.FIELD_INVALID({ violations: [violation] });
}
