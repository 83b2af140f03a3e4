import { readdirSync, readFileSync } from 'node:fs';

/** The processes of a system that this process has started, by their process IDs, and how much memory each has in MiB. */
export type SystemMemory = ReadonlyMap<number, number>;

/** What runs now of the services: the children of this process that run a service's `main.js`. */
export function systemMemory(): SystemMemory {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = read(`/proc/${name}/status`);
    const isChild = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === process.pid;
    if (!isChild || !/\/services\/\w+\/dist\//.test(read(`/proc/${name}/cmdline`))) continue;
    found.set(Number(name), Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
  }
  return found;
}

/** The most that any process has grown by, in MiB. */
export function mostGrown(before: SystemMemory, after: SystemMemory): number {
  return Math.max(...[...before].map(([pid, size]) => (after.get(pid) ?? Infinity) - size));
}

/** How many of the processes of `before` are gone. */
export function ended(before: SystemMemory, after: SystemMemory): number {
  return [...before.keys()].filter((pid) => !after.has(pid)).length;
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
