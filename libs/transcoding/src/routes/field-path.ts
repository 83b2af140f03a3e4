import type { DescField, DescMessage } from '@bufbuild/protobuf';

/**
 * The fields that a path of proto names passes through, outermost first, or undefined when a name is
 * unknown or a field on the way is not a singular message.
 */
export function resolveFieldPath(message: DescMessage, path: readonly string[]): DescField[] | undefined {
  const fields: DescField[] = [];
  let current: DescMessage | undefined = message;
  for (const name of path) {
    const field: DescField | undefined = current?.fields.find((candidate) => candidate.name === name);
    if (field === undefined) return undefined;
    fields.push(field);
    current = field.fieldKind === 'message' ? field.message : undefined;
  }
  return fields;
}

/** Whether `path` is `prefix` or lies below it. */
export function startsWithPath(path: readonly DescField[], prefix: readonly DescField[]): boolean {
  return prefix.length <= path.length && prefix.every((field, index) => path[index] === field);
}

/** Dotted proto names. */
export function fieldPathName(path: readonly DescField[]): string {
  return path.map((field) => field.name).join('.');
}
