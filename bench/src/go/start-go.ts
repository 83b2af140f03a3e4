import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_AUDIENCE, ISSUER, type PublicKey } from '../guard/issuer.js';
import { startProgram, type Program } from '../program.js';

/** A program that listens. */
export interface ListeningProgram extends Program {
  readonly port: number;
}

/**
 * Starts a program that verifies access tokens.
 *
 * @param isCached whether it remembers those that it has verified
 * @param args what it is told besides
 */
export async function startGo(
  file: string,
  { pem }: PublicKey,
  isCached: boolean,
  args: readonly string[],
): Promise<ListeningProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-key-'));
  const key = join(folder, 'key.pem');
  await writeFile(key, pem);
  const access = [`-key=${key}`, `-issuer=${ISSUER}`, `-audience=${API_AUDIENCE}`, `-cached=${isCached}`];
  const { program, line } = await startProgram(file, [...access, ...args]);
  // It has read the key.
  await rm(folder, { recursive: true });
  return { ...program, port: Number(line) };
}
