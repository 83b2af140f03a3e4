import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, findBinaries } from './binaries.js';
import { type Cluster, openCluster, SUPERUSER } from './cluster.js';
import { prepareDataFolder, removeDataFolder } from './data-folder.js';
import { type OsUser, serverUser } from './os-user.js';
import { clearLeftovers, stopServer } from './postmaster-file.js';
import { reservePort } from './ports.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { runServer, type ServerProcess } from './server-process.js';

/** Where a server keeps its data, and how it is reached. */
export interface EmbeddedPostgresOptions {
  /** Folder for the data and the superuser's password; made when absent. One server at a time. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; 0, the default, picks a free one. */
  readonly port?: number;
  /** False trades crash safety for speed (fsync off): for tests only. */
  readonly durable?: boolean;
  /** Receives each line of the server's log. */
  readonly log?: (line: string) => void;
}

/** A server that runs. */
export interface EmbeddedPostgres {
  /** Superuser's connection URL of the database `postgres`. Holds the password: not for logs. */
  readonly url: string;
  readonly port: number;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Fast shutdown, forced after `timeoutMs` (10 s). */
  stop(timeoutMs?: number): Promise<void>;
}

/** A free port can be lost between being picked and being bound; losing it this often in a row is no accident. */
const PORT_ATTEMPTS = 5;

/**
 * Starts a real PostgreSQL server from the binaries that npm brought, on 127.0.0.1 alone, with its data in
 * `dataDir`. Works for root (who lends it to an unprivileged user) and for ordinary users. A server that an
 * earlier, killed process left running on the same data is stopped first, so the caller makes sure that no
 * other living process uses `dataDir`. The server ends with this process, however that ends.
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = await serverUser(options.dataDir);
  const binaries = await findBinaries(user);
  const dataFolder = await prepareDataFolder(options.dataDir, user);
  await clearLeftovers(join(dataFolder, 'cluster'));
  const cluster = await openCluster(dataFolder, binaries, user, options.durable ?? true);
  const { server, port } = await bindAndRun(options, binaries, cluster, user);
  return {
    url: `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres?sslmode=disable`,
    port,
    exited: server.exited,
    stop: async (timeoutMs = 10_000) => {
      await Promise.race([stopServer(server.pid, timeoutMs), server.exited]);
      await server.exited;
    },
  };
}

/** Stops a server left running on `dataDir` and deletes the data for good. */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  const folder = await realpath(dataDir).catch(() => undefined);
  if (folder !== undefined) await clearLeftovers(join(folder, 'cluster'));
  await removeDataFolder(dataDir);
}

async function bindAndRun(
  options: EmbeddedPostgresOptions,
  binaries: Binaries,
  cluster: Cluster,
  user: OsUser | undefined,
): Promise<{ server: ServerProcess; port: number }> {
  const wanted = options.port ?? 0;
  for (let attempt = 1; ; attempt++) {
    const port = await reservePort(wanted);
    try {
      const server = await runServer({
        binary: binaries.postgres,
        cluster: cluster.folder,
        port,
        user,
        durable: options.durable ?? true,
        log: options.log ?? (() => undefined),
      });
      return { server, port };
    } catch (error) {
      const lost = error instanceof EmbeddedPostgresError && error.reason === 'PORT_TAKEN';
      if (!lost || wanted !== 0 || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
