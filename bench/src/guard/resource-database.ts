import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@gatehouse/embedded-postgres';
import { migrate, provisionDatabase } from '@gatehouse/migrations';

/** The database of the resources service on a PostgreSQL server of the bench's own. */
export interface ResourceDatabase {
  /** As the run-time role. */
  readonly url: string;
  /** Ends the server and deletes its data. */
  remove(): Promise<void>;
}

/** Starts a PostgreSQL server, durable as in production, with the schema of the resources service. */
export async function createResourceDatabase(): Promise<ResourceDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  try {
    const server = await startEmbeddedPostgres({ dataDir });
    const { url, ownerUrl } = await provisionDatabase({
      adminUrl: server.url,
      database: 'resources',
      password: randomBytes(12).toString('hex'),
      ownerPassword: randomBytes(12).toString('hex'),
    });
    const manifest = createRequire(import.meta.url).resolve('@gatehouse/resources/package.json');
    await migrate({ url: ownerUrl, dir: join(dirname(manifest), 'migrations') });
    return { url, remove: () => removeEmbeddedPostgres(dataDir) };
  } catch (error) {
    await removeEmbeddedPostgres(dataDir);
    throw error;
  }
}
