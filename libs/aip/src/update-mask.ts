import { platformReasons } from '@gatehouse/errors';

/** Stands for every field that can be changed (AIP-134). */
const ALL = '*';

/**
 * Reads which fields an update is to change (AIP-134, AIP-161): those of the
 * mask; without a mask those that are set; with `*` all of them. A mask may name
 * what only the service sets, and changes nothing by it (AIP-203): where it names
 * nothing else, there is no field to change.
 *
 * @param paths the paths of the request's `update_mask`; undefined or empty without one
 * @param fields the fields that can be changed, by proto name, and whether the message sets them
 * @param outputOnly the fields that only the service sets, see `outputOnlyFields`
 * @throws AppError INVALID_ARGUMENT / FIELD_MASK_INVALID for any other path, and
 *   for an update without a mask that would change nothing
 */
export function readUpdateMask<Field extends string>(
  paths: readonly string[] | undefined,
  fields: Readonly<Record<Field, boolean>>,
  outputOnly: ReadonlySet<string>,
): ReadonlySet<Field> {
  const known = Object.keys(fields) as Field[];
  if (!paths || paths.length === 0) {
    const set = known.filter((field) => fields[field]);
    if (set.length === 0) throw invalid('names no field', known);
    return new Set(set);
  }
  const asked = paths.filter((path) => !outputOnly.has(path.split('.', 1)[0] as string));
  if (asked.length === 1 && asked[0] === ALL) return new Set(known);
  const unknown = asked.filter((path) => !known.includes(path as Field));
  if (unknown.length > 0)
    throw invalid(`names ${unknown.map((path) => JSON.stringify(path)).join(', ')}`, known);
  return new Set(asked as Field[]);
}

function invalid(fault: string, known: readonly string[]): Error {
  const description = `${fault}; may name ${known.join(', ')} or ${ALL}`;
  return platformReasons.FIELD_MASK_INVALID({ violations: [{ field: 'update_mask', description }] });
}
