import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './container.js';

/** Writes what containers log into files, one for each, for as long as they run. */
export class ContainerLogs implements AsyncDisposable {
  readonly #following = new Map<string, ChildProcess>();

  constructor(private readonly folder: string) {}

  /**
   * Follows a container's log, which ends with the container.
   *
   * @param since only what is logged from then on: for a container that is started again
   */
  follow(name: string, { id }: Container, since?: Date): void {
    const after = since === undefined ? [] : ['--since', since.toISOString()];
    const child = spawn('docker', ['logs', '--follow', ...after, id], { stdio: ['ignore', 'pipe', 'pipe'] });
    const file = createWriteStream(join(this.folder, `${name}.log`), { flags: 'a' });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.once('close', () => file.end());
    this.#following.set(name, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = [...this.#following.values()].filter((child) => child.exitCode === null);
    await Promise.all(
      running.map((child) => {
        const closed = once(child, 'close');
        child.kill();
        return closed;
      }),
    );
  }
}
