import { writeFile } from 'node:fs/promises';
import { writeFigures, type Figure } from '@gatehouse/report';

/** What a bench measured, and how it shows it besides. */
export interface Outcome {
  readonly figures: readonly Figure[];
  /** Pages for people made of the figures, by the extension of their files: `.md`, `.svg`. */
  readonly pages?: Readonly<Record<string, string>>;
}

/** Writes the figures as JSON, and each page beside them. */
export async function writeOutcome(file: string, { figures, pages = {} }: Outcome): Promise<void> {
  await writeFigures(file, figures);
  const stem = file.replace(/\.json$/, '');
  for (const [extension, page] of Object.entries(pages)) await writeFile(stem + extension, page);
}
