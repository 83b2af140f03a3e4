import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('..', import.meta.url));

/** The compiled specs, by what they run on; paths below `dist`. */
export interface SpecFiles {
  /** They share one running system, whatever it is made of. */
  readonly sharing: readonly string[];
  /** They start a system of processes of their own, to break it. */
  readonly owning: readonly string[];
  /** They need no system. */
  readonly alone: readonly string[];
}

/** Looks at what each spec asks for. */
export async function findSpecFiles(): Promise<SpecFiles> {
  const names = (await readdir(DIST, { recursive: true })).filter((name) => name.endsWith('.spec.js'));
  const files = { sharing: [] as string[], owning: [] as string[], alone: [] as string[] };
  for (const name of names.toSorted()) {
    const text = await readFile(join(DIST, name), 'utf8');
    if (/\bshared(System|Project)\(/.test(text)) files.sharing.push(name);
    else if (/\bstartOwnSystem\(/.test(text)) files.owning.push(name);
    else files.alone.push(name);
  }
  return { ...files };
}

/** How a spec is called in a sentence: `faults/crash`. */
export function shortName(name: string): string {
  return name.replace(/\.spec\.js$/, '');
}
