import { readdir, readFile } from 'node:fs/promises';

/**
 * What a process of this machine has cost so far, all threads together, in milliseconds. The scheduler counts in
 * nanoseconds (Linux).
 *
 * @throws Error when there is no such process, or the system does not tell
 */
export async function cpuMs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const texts = await Promise.all(
    // A thread may end while it is looked at.
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
  );
  return texts.reduce((sum, text) => sum + Number.parseInt(text, 10) / 1e6, 0);
}
