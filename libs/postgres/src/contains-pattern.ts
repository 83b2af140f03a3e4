/**
 * The LIKE pattern of all texts that contain this one: its own wildcards
 * stand for themselves. Fold both sides with `lower()` to ignore case.
 */
export function containsPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
