import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a command ended and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one of this service's commands as a process of its own. */
export function runCli(
  name: 'audit' | 'clients' | 'keys' | 'seed',
  args: readonly string[],
  { env, input = '' }: { env: Record<string, string>; input?: string },
): Promise<Outcome> {
  const path = fileURLToPath(new URL(`../cli/${name}.js`, import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [path, ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
    child.stdin?.end(input);
  });
}
