import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { openPool, type Database } from '@gatehouse/postgres';
import { freePorts, startSystem, type RunningSystem } from '@gatehouse/tools/start';

/** A whole system, with a PostgreSQL server of the bench's own, durable as in production. */
export interface Stage {
  readonly running: RunningSystem;
  /** The server, as its superuser. */
  readonly server: Database;
  /** The process of the PostgreSQL server, which has one child for each connection. */
  readonly postmaster: number;
  /** Statements that the server has logged. */
  statements(): number;
  /** Ends everything and deletes its data. */
  remove(): Promise<void>;
}

/** How the server's log names a statement that was run. */
const STATEMENT = /LOG: +(?:execute [^:]*|statement):/;

/** Starts the system that `npm start` starts, on free ports. */
export async function setStage(): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-postgres-'));
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-system-'));
  let statements = 0;
  const log = (line: string) => {
    if (STATEMENT.test(line)) statements++;
  };
  const removeFolders = async () => {
    await removeEmbeddedPostgres(dataDir);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { url } = await startEmbeddedPostgres({ dataDir, log });
    const server = openPool({ url, applicationName: 'bench', max: 1 });
    const ports = await freePorts();
    const running = await startSystem({ folder, fresh: false, databaseUrl: url, ports });
    const pidFile = await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8');
    return {
      running,
      server,
      postmaster: Number.parseInt(pidFile, 10),
      statements: () => statements,
      remove: async () => {
        await running.system.stop();
        await server.close();
        await removeFolders();
      },
    };
  } catch (error) {
    await removeFolders();
    throw error;
  }
}
