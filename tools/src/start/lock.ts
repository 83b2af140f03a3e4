import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { StartFault } from './start-fault.js';

/**
 * Takes the folder for this process; one that died without giving it back does not keep it.
 * @returns gives it back
 * @throws StartFault when another start runs, or the folder cannot be made
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  await makeFolder(dirname(path));
  const own = `${path}.${process.pid}`;
  await writeFile(own, identity(process.pid));
  try {
    for (;;) {
      try {
        await link(own, path); // unlike writing, fails when it is there and shows it whole
        return () => rm(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readFile(path, 'utf8').catch(() => undefined);
      if (holder !== undefined) await removeStale(path, holder);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function removeStale(path: string, holder: string): Promise<void> {
  const pid = Number.parseInt(holder, 10);
  if (isRunning(pid) && identity(pid) === holder) {
    throw new StartFault(
      `Gatehouse runs already, as process ${pid}: end that one first (Ctrl-C in its terminal).`,
    );
  }
  // Renaming succeeds for one process alone, and shows whether it was the stale lock that it took.
  const removed = `${path}.stale.${process.pid}`;
  await rename(path, removed).catch(() => undefined);
  const taken = await readFile(removed, 'utf8').catch(() => holder);
  if (taken !== holder) await link(removed, path).catch(() => undefined);
  await rm(removed, { force: true });
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process number and, where the system tells, its start time: numbers come back, soonest in containers. */
function identity(pid: number): string {
  try {
    // proc(5): field 22, counted after the command, which stands in parentheses and may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`;
  } catch {
    return `${pid}\n`;
  }
}
