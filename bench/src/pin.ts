import { spawnSync } from 'node:child_process';

/** Where the server under test runs, and where everything else does: neither takes the other's time. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Keeps a process, with all threads that it has, on one core where the system can do so (taskset of util-linux). */
export function pin(pid: number, core: number): void {
  taskset('--all-tasks', '--pid', '--cpu-list', String(core), String(pid));
}

/** The command that runs another one on one core: for programs that look at their cores when they start. */
export function pinned(core: number, file: string, args: readonly string[]): [string, readonly string[]] {
  const canPin = taskset('--version');
  return canPin ? ['taskset', ['--cpu-list', String(core), file, ...args]] : [file, args];
}

function taskset(...args: string[]): boolean {
  return spawnSync('taskset', args, { stdio: 'ignore' }).status === 0;
}
