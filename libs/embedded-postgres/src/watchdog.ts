import { spawn } from 'node:child_process';
import type { OsUser } from './os-user.js';
import { CHILD_ENVIRONMENT } from './run-command.js';

/**
 * Sees to it that the server does not outlive this process, not even when it is killed with SIGKILL and can run
 * nothing of its own: a shell reads from a pipe that only we hold open, and its end means that we are gone.
 * @returns a function that calls the watchdog off, for when the server has ended
 */
export function watchOver(serverPid: number, user: OsUser | undefined): () => void {
  const watchdog = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$1"', 'sh', String(serverPid)], {
    ...CHILD_ENVIRONMENT,
    ...user,
    detached: true, // out of the terminal's process group: Ctrl-C is for us, who then stop in order
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return () => watchdog.kill('SIGKILL');
}
