import { type EmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { dropDatabase, migrate, provisionDatabase, type ProvisionedDatabase } from '@gatehouse/migrations';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';
import type { Secrets } from './secrets.js';
import { DATABASES, type DatabaseName } from './services.js';

export type Databases = Readonly<Record<DatabaseName, ProvisionedDatabase>>;

/** Where the embedded server keeps its data. */
export function postgresFolder(folder: string): string {
  return join(folder, 'postgres');
}

/** Starts the embedded server. @throws EmbeddedPostgresError */
export function startPostgres(folder: string, port: number): Promise<EmbeddedPostgres> {
  const logFile = join(folder, 'logs', 'postgres.log');
  return startEmbeddedPostgres({
    dataDir: postgresFolder(folder),
    port,
    log: (line) => void appendFile(logFile, `${line}\n`).catch(() => undefined),
  });
}

/** Makes each service's database and roles and brings its schema up to date. Doing it again changes nothing. */
export async function prepareDatabases(adminUrl: string, secrets: Secrets): Promise<Databases> {
  const databases: Partial<Record<DatabaseName, ProvisionedDatabase>> = {};
  for (const name of DATABASES) {
    databases[name] = await provisionDatabase({
      adminUrl,
      database: databaseName(name),
      password: await secrets.read(await secrets.text(`${name}-database-password`)),
      ownerPassword: await secrets.read(await secrets.text(`${name}-database-owner-password`)),
    });
    await migrate({
      url: databases[name].ownerUrl,
      dir: join(repositoryRoot, 'services', name, 'migrations'),
    });
  }
  return databases as Databases;
}

/** For a fresh start on a server of one's own. */
export async function dropDatabases(adminUrl: string): Promise<void> {
  for (const name of DATABASES) await dropDatabase({ adminUrl, database: databaseName(name) });
}

function databaseName(name: DatabaseName): string {
  return `gatehouse_${name}`;
}
