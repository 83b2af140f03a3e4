import { readdir, readFile } from 'node:fs/promises';

/** CPU time of processes that are not asked for it, in microseconds by process. */
export type CpuTimes = ReadonlyMap<number, number>;

/** Whether this system tells what other processes cost (Linux). */
export async function tellsCpu(): Promise<boolean> {
  return (await cpuOf(process.pid)) !== undefined;
}

/** What these processes have cost so far; those that are gone are left out. */
export async function cpuTimes(pids: readonly number[]): Promise<CpuTimes> {
  const times = await Promise.all(pids.map(async (pid) => [pid, await cpuOf(pid)] as const));
  return new Map(times.filter((time): time is [number, number] => time[1] !== undefined));
}

/** What was spent between two looks, in microseconds; a process that ended meanwhile counts for nothing. */
export function spentBetween(before: CpuTimes, after: CpuTimes): number {
  return [...after].reduce((sum, [pid, time]) => sum + time - (before.get(pid) ?? 0), 0);
}

/** A process and its children. */
export async function familyOf(pid: number): Promise<number[]> {
  return [pid, ...(await childrenOf(pid))];
}

/** The processes that one has started from its main thread; none when it is gone. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.split(' ').filter(Boolean).map(Number);
}

/** All threads together; the scheduler counts nanoseconds, where times(2) has hundredths of a second. */
async function cpuOf(pid: number): Promise<number | undefined> {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const texts = await Promise.all(
      threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
    );
    return texts.reduce((sum, text) => sum + Number.parseInt(text, 10) / 1_000, 0);
  } catch {
    return undefined;
  }
}
