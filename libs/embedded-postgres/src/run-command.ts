import { spawn } from 'node:child_process';
import type { OsUser } from './os-user.js';

export interface CommandResult {
  /** Exit code, or null when a signal ended it or it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  /** What it wrote to stderr; for a command that could not be started, why not. */
  readonly stderr: string;
}

/**
 * PostgreSQL reads many PG* variables and the locale from its environment; it gets none of ours, so that the
 * same command does the same on every machine. `/` is a working folder every user can enter.
 */
export const CHILD_ENVIRONMENT = {
  cwd: '/',
  env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
};

/** Runs a command to its end as the given user (undefined: as ourselves). Never rejects. */
export function runCommand(
  file: string,
  args: readonly string[],
  user: OsUser | undefined,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    const child = spawn(file, args, { ...CHILD_ENVIRONMENT, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
