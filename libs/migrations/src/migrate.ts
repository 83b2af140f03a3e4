import { execFile } from 'node:child_process';
import { resolveBinary } from 'dbmate';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';

/** Which database is brought up to date, by which files. */
export interface MigrateOptions {
  /** Connection URL of the database's owner. */
  readonly url: string;
  /** Folder of `NNNN_verb_noun.sql` files, each beginning with `-- migrate:up`, run in the order of their names. */
  readonly dir: string;
}

/** A migration failed or could not be run; the message is dbmate's own, without the connection URL. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Any number will do as long as it is always the same: "gatehous" in ASCII, as advisory locks take a bigint. */
const MIGRATION_LOCK = 0x67617465686f7573n;

/** How long to wait for another process that migrates the same database. */
const MIGRATION_LOCK_TIMEOUT_MS = 120_000;

/**
 * How long a statement of a migration waits for a lock. An ALTER TABLE that waits makes every later query on
 * the table wait behind it: failing the migration is the smaller harm.
 */
const STATEMENT_LOCK_TIMEOUT_MS = 5_000;

/**
 * Brings a database up to the newest migration; applied ones are skipped, each runs in its own transaction.
 * Safe to call from several processes at once: an advisory lock lets one of them work (dbmate has none).
 * The record of what was applied is in the schema `dbmate`, where run-time roles have no rights.
 * @throws MigrationError
 */
export async function migrate({ url, dir }: MigrateOptions): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => undefined,
    connection: { lock_timeout: MIGRATION_LOCK_TIMEOUT_MS, application_name: 'gatehouse-migrate' },
  });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK.toString()}::bigint)`;
    await inForwardOnlyCopy(dir, (copy) => runDbmate(withLockTimeout(url), copy));
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause;
    throw new MigrationError((cause as Error).message, { cause });
  } finally {
    await sql.end({ timeout: 5 }); // ends the session and with it the lock
  }
}

/**
 * dbmate insists on a way back in every file. Migrations here only go forward, since going back loses data that
 * was written meanwhile; so it gets copies that say that there is none.
 */
async function inForwardOnlyCopy(dir: string, work: (copy: string) => Promise<void>): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
  try {
    for (const name of await readdir(dir)) {
      if (!name.endsWith('.sql')) continue;
      const [up] = (await readFile(join(dir, name), 'utf8')).split(/^-- migrate:down\b.*$/m);
      await writeFile(join(copy, name), `${up}\n-- migrate:down\n`);
    }
    await work(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function runDbmate(url: string, dir: string): Promise<void> {
  const args = [
    ['--env', 'MIGRATE_URL'], // not an argument: those show in the process list
    ['--env-file', '/dev/null'],
    ['--migrations-dir', dir],
    ['--migrations-table', 'dbmate.schema_migrations'],
    ['--no-dump-schema'],
    ['migrate'],
  ].flat();
  return new Promise((resolve, reject) => {
    execFile(resolveBinary(), args, { env: { MIGRATE_URL: url } }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new MigrationError(stderr.trim().replaceAll(url, '') || error.message));
    });
  });
}

function withLockTimeout(url: string): string {
  const target = new URL(url);
  target.searchParams.set('lock_timeout', String(STATEMENT_LOCK_TIMEOUT_MS));
  return target.href;
}
