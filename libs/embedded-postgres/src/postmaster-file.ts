import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './run-command.js';

/** What a running server writes about itself into its data directory (miscadmin.h, LOCK_FILE_LINE_*). */
export interface PostmasterFile {
  readonly pid: number;
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; undefined when no server has run there since the last clean stop. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Clears what an earlier server left in the cluster: a server that outlived its parent is stopped, and a pid
 * file whose number now belongs to some other process is removed. PostgreSQL takes such a number for a running
 * server and refuses to start, which after a restart of a container is the usual case. A pid file of a dead
 * process is left to PostgreSQL: it also checks the shared memory that orphaned backends may still hold.
 */
export async function clearLeftovers(cluster: string): Promise<void> {
  const file = await readPostmasterFile(cluster);
  if (file === undefined || !isAlive(file.pid)) return;
  if (await isServerOf(file.pid, cluster)) await stopServer(file.pid, 10_000);
  else await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/**
 * Fast shutdown (SIGINT: connections are ended, nothing is lost); once `timeoutMs` is over an immediate one
 * (SIGQUIT: recovers from the log at the next start), then SIGKILL.
 */
export async function stopServer(pid: number, timeoutMs: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', timeoutMs],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 1_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      await delay(20);
      if (!isAlive(pid)) return;
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  const commandLine =
    (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)) ??
    (await runCommand('/bin/ps', ['-o', 'command=', '-p', String(pid)], undefined)).stdout;
  return commandLine.includes(cluster);
}
