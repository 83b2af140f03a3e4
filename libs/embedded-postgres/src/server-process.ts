import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { OsUser } from './os-user.js';
import { readPostmasterFile } from './postmaster-file.js';
import { CHILD_ENVIRONMENT } from './run-command.js';
import { watchOver } from './watchdog.js';

export interface ServerOptions {
  readonly binary: string;
  readonly cluster: string;
  readonly port: number;
  readonly user: OsUser | undefined;
  readonly durable: boolean;
  readonly log: (line: string) => void;
}

export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<void>;
}

/** Log lines kept to explain a server that did not come up. */
const TAIL_LINES = 20;

/**
 * Runs `postgres` and returns once it accepts connections. There is no time limit on the way: recovery after
 * a crash takes as long as it takes, and a server that cannot start exits by itself.
 * @throws EmbeddedPostgresError PORT_TAKEN, START_FAILED
 */
export async function runServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawn(options.binary, ['-D', options.cluster, ...settings(options)], {
    ...CHILD_ENVIRONMENT,
    ...options.user,
    detached: true, // Ctrl-C in a terminal reaches the whole group; the server is stopped last, by us
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    options.log(line);
  });
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => tail.push(error.message));
    child.once('close', () => {
      ended = true;
      resolve();
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    await exited;
    throw startFailed(options, tail);
  }
  const callOff = watchOver(pid, options.user);
  void exited.then(callOff);
  while (!ended) {
    const file = await readPostmasterFile(options.cluster);
    if (file?.pid === pid && file.ready) {
      // From here on it is the caller's own business that keeps this process alive.
      child.unref();
      (child.stderr as unknown as { unref(): void }).unref();
      return { pid, exited };
    }
    await Promise.race([exited, delay(10)]);
  }
  throw startFailed(options, tail);
}

function settings({ port, durable }: ServerOptions): string[] {
  return Object.entries({
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '', // no socket files to leave behind, no second way in
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function startFailed({ port, cluster }: ServerOptions, tail: readonly string[]): EmbeddedPostgresError {
  if (tail.some((line) => line.includes('Address already in use'))) {
    return new EmbeddedPostgresError('PORT_TAKEN', `Port ${port}, meant for PostgreSQL, is taken.`);
  }
  const why =
    tail.filter((line) => /FATAL|PANIC|ERROR/.test(line)).at(-1) ?? tail.at(-1) ?? 'it said nothing';
  return new EmbeddedPostgresError('START_FAILED', `PostgreSQL did not start on ${cluster}: ${why}`);
}
