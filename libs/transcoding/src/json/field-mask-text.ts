const PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/**
 * The paths of a field mask in text: separated by commas, in lowerCamelCase (proto3 JSON) or as the proto
 * names. Answers proto names, or undefined when one is no path. `*` (AIP-134: replace everything) passes.
 */
export function parseFieldMask(text: string): string[] | undefined {
  if (text === '') return [];
  const paths = text.split(',');
  if (!paths.every((path) => path === '*' || PATH.test(path))) return undefined;
  return paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** The text of a field mask in proto3 JSON. */
export function formatFieldMask(paths: readonly string[]): string {
  return paths
    .map((path) => path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()))
    .join(',');
}
