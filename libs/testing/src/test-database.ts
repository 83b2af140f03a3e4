import { randomBytes } from 'node:crypto';
import type { ProvisionedDatabase } from '@gatehouse/migrations';
import type { Sql } from 'postgres';
import { brokerUrl, ownDatabaseUrl } from './jest/config.js';
import { migratedDatabase } from './migrated-database.js';

/** A database of one spec alone, with the migrations of a service. */
export interface TestDatabase {
  readonly name: string;
  /** As the service's run-time role: no DDL. */
  readonly url: string;
  /** As the database's owner. */
  readonly ownerUrl: string;
  /** As the server's superuser, connected to the database `postgres`: to end connections and the like. */
  readonly adminUrl: string;
  /** The owner's connection, for the spec to arrange and to look. Tables made here are open to `url`. */
  readonly sql: Sql;
  /** Ends every connection and drops the database, and the roles that no other suite has. */
  drop(): Promise<void>;
}

/**
 * A database of the suite's own on a real PostgreSQL server, with the same two roles as in production.
 * @param options.migrations folder of a service's migrations, run before this returns
 */
export async function testDatabase(options: { migrations?: string } = {}): Promise<TestDatabase> {
  // Loaded when they are asked for: most suites have no use for a database.
  const { dropDatabase } = await import('@gatehouse/migrations');
  const { default: postgres } = await import('postgres');
  const adminUrl = await serverUrl();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const { url, ownerUrl } = await makeDatabase(adminUrl, name, options.migrations);
  const sql = postgres(ownerUrl, { max: 2, onnotice: () => undefined, backoff: () => 0.1 });
  return {
    name,
    url,
    ownerUrl,
    adminUrl,
    sql,
    drop: async () => {
      await sql.end({ timeout: 1 });
      await dropDatabase({ adminUrl, database: name });
    },
  };
}

async function makeDatabase(
  adminUrl: string,
  database: string,
  migrations: string | undefined,
): Promise<ProvisionedDatabase> {
  // Nothing is left behind at the server of a person.
  if (migrations !== undefined && ownDatabaseUrl() === undefined)
    return migratedDatabase(adminUrl, database, migrations);
  const { migrate, provisionDatabase } = await import('@gatehouse/migrations');
  const provisioned = await provisionDatabase({
    adminUrl,
    database,
    password: randomBytes(12).toString('hex'),
    ownerPassword: randomBytes(12).toString('hex'),
  });
  if (migrations !== undefined) await migrate({ url: provisioned.ownerUrl, dir: migrations });
  return provisioned;
}

async function serverUrl(): Promise<string> {
  const own = ownDatabaseUrl();
  if (own !== undefined) return own;
  const broker = brokerUrl();
  if (broker === undefined)
    throw new Error('testDatabase() needs the global setup of the root jest.config.mjs');
  const answer = await fetch(broker);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
