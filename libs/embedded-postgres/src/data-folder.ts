import { chown, lstat, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { OsUser } from './os-user.js';
import { runCommand } from './run-command.js';

/** Where root keeps data when the wanted place is out of the server user's reach. */
const STATE_FOLDER = '/var/lib/gatehouse';

/**
 * Makes the folder that holds the data, owned by the user the server runs as, and returns its real path.
 * Root's checkout often lies under a folder that only root may enter (/root is 0700 in most images): then the
 * data goes to /var/lib/gatehouse and the wanted place becomes a link to it.
 * @throws EmbeddedPostgresError DATA_FOLDER_DENIED
 */
export async function prepareDataFolder(dataDir: string, user: OsUser | undefined): Promise<string> {
  try {
    await removeDanglingLink(dataDir);
    await mkdir(dirname(dataDir), { recursive: true });
    if (user === undefined) {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      return await writable(await realpath(dataDir), user);
    }
    const existing = await realpath(dataDir).catch(() => undefined);
    if (existing === undefined) {
      if (await canEnter(dirname(dataDir), user)) await mkdir(dataDir, { mode: 0o700 });
      else await linkToStateFolder(dataDir);
    }
    const folder = await realpath(dataDir);
    await chown(folder, user.uid, user.gid);
    return await writable(folder, user);
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause;
    throw denied(dataDir, (cause as Error).message, cause);
  }
}

/** Removes the data for good, also where the folder is a link to the data. The server must not be running. */
export async function removeDataFolder(dataDir: string): Promise<void> {
  const folder = await realpath(dataDir).catch(() => undefined);
  try {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  } catch (cause) {
    throw denied(dataDir, (cause as Error).message, cause);
  }
}

async function removeDanglingLink(dataDir: string): Promise<void> {
  const link = await lstat(dataDir).catch(() => undefined);
  if (link?.isSymbolicLink() && !(await realpath(dataDir).catch(() => undefined))) await rm(dataDir);
}

async function linkToStateFolder(dataDir: string): Promise<void> {
  await mkdir(STATE_FOLDER, { recursive: true, mode: 0o755 });
  await symlink(await mkdtemp(`${STATE_FOLDER}/postgres-`), dataDir);
}

async function writable(folder: string, user: OsUser | undefined): Promise<string> {
  const { code } = await runCommand('/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', folder], user);
  if (code !== 0)
    throw denied(folder, user ? `uid ${user.uid} cannot write there` : 'it belongs to another user');
  return folder;
}

// Asking a shell that runs as that user is exact where reading mode bits is not (ACLs, container mounts).
async function canEnter(folder: string, user: OsUser): Promise<boolean> {
  return (await runCommand('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], user)).code === 0;
}

function denied(folder: string, why: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'DATA_FOLDER_DENIED',
    `The folder ${folder} cannot hold PostgreSQL's data (${why}): make it writable for this user or remove it.`,
    { cause },
  );
}
