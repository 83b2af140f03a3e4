import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pinned, SERVER_CORE } from './pin.js';

/** A process that is no Node of the bench's own. */
export interface Program {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program on the core of servers and returns the first line that it writes, once it is there. */
export async function startProgram(
  file: string,
  args: readonly string[],
): Promise<{ program: Program; line: string }> {
  const child = spawn(...pinned(SERVER_CORE, file, args), { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const program = {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => Promise.reject(new Error(`${file} has ended`))),
  ])) as [string];
  return { program, line };
}
