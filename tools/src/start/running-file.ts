import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningSystem } from './start-system.js';

/** Writes down where the system is, for commands such as `npm run demo` and `npm run keys`; returns how to forget it. */
export async function publishRunning(
  folder: string,
  { url, addresses, logFolder, system }: RunningSystem,
): Promise<() => Promise<void>> {
  const path = join(folder, 'running.json');
  const authSettings = system.settingsOf('auth');
  await writeFile(path, `${JSON.stringify({ url, addresses, logFolder, authSettings }, null, 2)}\n`);
  return () => rm(path, { force: true });
}
