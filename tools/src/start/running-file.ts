import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningSystem } from './start-system.js';

/** Writes down where the system is, for commands such as `npm run demo`; returns how to forget it. */
export async function publishRunning(
  folder: string,
  { url, addresses, logFolder }: RunningSystem,
): Promise<() => Promise<void>> {
  const path = join(folder, 'running.json');
  await writeFile(path, `${JSON.stringify({ url, addresses, logFolder }, null, 2)}\n`);
  return () => rm(path, { force: true });
}
