import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

/** The clusters of the specs are named after the process that began them, so that others can tell when it is gone. */
export const namePrefix = `gatehouse-compose-${process.pid}-`;

const NAMED = /^gatehouse-compose-(\d+)-/;

/** By the engine's word for each: how they are listed, and how they are deleted. Networks go after what is in them. */
const KINDS = [
  { list: ['ps', '--all', '--format', '{{.Names}}'], remove: ['rm', '--force', '--volumes'] },
  { list: ['network', 'ls', '--format', '{{.Name}}'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '--format', '{{.Name}}'], remove: ['volume', 'rm', '--force'] },
] as const;

/**
 * Deletes what runs left behind that were killed: containers, which the engine would start again with itself, networks,
 * volumes, and folders with secrets.
 */
export async function removeLeftovers(): Promise<void> {
  for (const { list, remove } of KINDS) {
    const names = leftoversAmong((await run(['docker', ...list])).split('\n'));
    if (names.length > 0) await run(['docker', ...remove, ...names]);
  }
  for (const name of leftoversAmong(await readdir(tmpdir())))
    await rm(join(tmpdir(), name), { recursive: true, force: true });
}

function leftoversAmong(names: readonly string[]): string[] {
  return names.filter((name) => {
    const [, pid] = NAMED.exec(name) ?? [];
    return pid !== undefined && !isAlive(Number(pid));
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
