import { platformReasons } from '@gatehouse/errors';

/** Stands for every field that can be changed (AIP-134). */
const ALL = '*';

/**
 * Reads which fields an update is to change (AIP-134, AIP-161): those of the
 * mask; without a mask those that are set; with `*` all of them.
 *
 * @param paths the paths of the request's `update_mask`; undefined or empty without one
 * @param fields the fields that can be changed, by proto name, and whether the message sets them
 * @throws AppError INVALID_ARGUMENT / FIELD_MASK_INVALID for a path that is
 *   none of `fields`, and for an update that would change nothing
 */
export function readUpdateMask<Field extends string>(
  paths: readonly string[] | undefined,
  fields: Readonly<Record<Field, boolean>>,
): ReadonlySet<Field> {
  const known = Object.keys(fields) as Field[];
  const asked = !paths || paths.length === 0 ? known.filter((field) => fields[field]) : paths;
  if (asked.length === 1 && asked[0] === ALL) return new Set(known);
  const unknown = asked.filter((path) => !known.includes(path as Field));
  if (unknown.length > 0)
    throw invalid(`names ${unknown.map((path) => JSON.stringify(path)).join(', ')}`, known);
  if (asked.length === 0) throw invalid('names no field', known);
  return new Set(asked as Field[]);
}

function invalid(fault: string, known: readonly string[]): Error {
  const description = `${fault}; may name ${known.join(', ')} or ${ALL}`;
  return platformReasons.FIELD_MASK_INVALID({ violations: [{ field: 'update_mask', description }] });
}
