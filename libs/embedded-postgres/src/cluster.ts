import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { OsUser } from './os-user.js';
import { runCommand } from './run-command.js';

/** The superuser's name; its password is generated per cluster and kept beside it. */
export const SUPERUSER = 'postgres';

export interface Cluster {
  /** What PostgreSQL calls its data directory. */
  readonly folder: string;
  readonly password: string;
}

/**
 * Opens the database cluster in `dataFolder`, making it on first use. initdb works in a folder of another name
 * that is renamed when whole, so an initdb that was cut short leaves nothing that looks like a cluster.
 * @throws EmbeddedPostgresError INIT_FAILED, DATA_VERSION_MISMATCH, PASSWORD_MISSING
 */
export async function openCluster(
  dataFolder: string,
  binaries: Binaries,
  user: OsUser | undefined,
  durable: boolean,
): Promise<Cluster> {
  const folder = join(dataFolder, 'cluster');
  const passwordFile = join(dataFolder, 'superuser.password');
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    await initialize(folder, passwordFile, binaries, user, durable);
  } else if (version.trim() !== binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      'DATA_VERSION_MISMATCH',
      `The data in ${folder} was made by PostgreSQL ${version.trim()} and the installed one is ${binaries.majorVersion}: begin anew with --fresh, or set DATABASE_URL to a server of your own.`,
    );
  }
  const password = await readFile(passwordFile, 'utf8').catch((cause: unknown) => {
    throw new EmbeddedPostgresError(
      'PASSWORD_MISSING',
      `${passwordFile} is missing, without it the data beside it cannot be opened: begin anew with --fresh.`,
      { cause },
    );
  });
  return { folder, password: password.trim() };
}

async function initialize(
  folder: string,
  passwordFile: string,
  binaries: Binaries,
  user: OsUser | undefined,
  durable: boolean,
): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
  const { code, stderr } = await runCommand(
    binaries.initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Built into PostgreSQL since 17: sorts and folds case alike whatever locales the machine has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ],
    user,
  );
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    const why = stderr.trim().split('\n').at(-1) ?? '';
    throw new EmbeddedPostgresError('INIT_FAILED', `PostgreSQL's initdb failed in ${unfinished}: ${why}`);
  }
  await rename(unfinished, folder);
}
