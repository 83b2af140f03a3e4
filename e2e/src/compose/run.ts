import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Killed after this long, in milliseconds; 60 s unless given. */
  readonly timeoutMs?: number;
  /** Whether what it wrote to its standard error is returned too. */
  readonly withErrors?: boolean;
}

/**
 * Runs a command to its end.
 *
 * @returns what it wrote to its standard output
 * @throws Error with the end of what it said when it fails or takes too long
 */
export function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { environment = process.env, timeoutMs = 60_000, withErrors = false } = options;
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(withErrors ? out + said : out);
      const last = `${out}${said}`.trim().split('\n').slice(-15).join('\n');
      reject(new Error(`${command.join(' ')} ended with ${signal ?? code}: ${last}`));
    });
  });
}
