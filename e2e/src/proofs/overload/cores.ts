import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Where the system runs and where those who call it. */
export interface Cores {
  /** Whether they are kept apart; without `taskset`, and on one core, they are not. */
  readonly areApart: boolean;
  /** Starts a script of this package on the callers' core, with a channel for messages. */
  startCaller(script: URL): ChildProcess;
  /** Lets this process, and what it starts from now on, run anywhere again. */
  release(): void;
}

/**
 * Keeps this process, and the system that it starts from now on, to the first core, so that callers on the second take
 * nothing from it: what is measured else is who gets more of two cores.
 */
export function keepApart(): Cores {
  const areApart = ALL_CORES > 1 && setCores(process.pid, '0');
  return {
    areApart,
    startCaller: (script) => {
      const command = [process.execPath, script.pathname];
      const [program = '', ...args] = areApart ? ['taskset', '-c', '1', ...command] : command;
      return spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    },
    release: () => {
      if (areApart) setCores(process.pid, `0-${ALL_CORES - 1}`);
    },
  };
}

/** Asked before anything is kept to one core. */
const ALL_CORES = availableParallelism();

/** @returns false where that cannot be done */
function setCores(pid: number, cores: string): boolean {
  try {
    execFileSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
