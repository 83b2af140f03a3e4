import type { EmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** A database on a server of the spec's own, which can be stopped and started. */
export interface RestartableDatabase {
  /** As the service's run-time role. The same before and after a restart. */
  readonly url: string;
  /** Stops the server; its clients are cut off. */
  stop(): Promise<void>;
  /** Starts it again, on the same port and data. */
  start(): Promise<void>;
  /** Stops the server and deletes the data. */
  drop(): Promise<void>;
}

/** @param options.migrations folder of a service's migrations, run before this returns */
export async function restartableDatabase(options: { migrations: string }): Promise<RestartableDatabase> {
  // Loaded when they are asked for: hardly any suite stops a database.
  const { startEmbeddedPostgres } = await import('@gatehouse/embedded-postgres');
  const { migrate, provisionDatabase } = await import('@gatehouse/migrations');
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-restartable-'));
  await chmod(folder, 0o755); // the server may run as another user than we do
  const port = await freePort();
  const run = () => startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), port, durable: false });
  let server: EmbeddedPostgres = await run();
  const { url, ownerUrl } = await provisionDatabase({
    adminUrl: server.url,
    database: 'restartable',
    password: 'run-time',
    ownerPassword: 'owner',
  });
  await migrate({ url: ownerUrl, dir: options.migrations });
  return {
    url,
    stop: () => server.stop(),
    start: async () => {
      server = await run();
    },
    drop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
