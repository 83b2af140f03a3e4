/** Metadata as it came: names and values by turns, in their order; those of names in `-bin` are in base64. */
export type Entries = readonly string[];

export const NO_ENTRIES: Entries = [];

/** The same, by name. */
export function entriesByName(entries: Entries): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (let at = 0; at < entries.length; at += 2) {
    const name = entries[at] as string;
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [entries[at + 1] as string]);
    else values.push(entries[at + 1] as string);
  }
  return byName;
}
