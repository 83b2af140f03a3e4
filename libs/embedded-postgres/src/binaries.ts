import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { OsUser } from './os-user.js';
import { runCommand } from './run-command.js';

/** Where root keeps a copy of the binaries when the checkout is out of the server user's reach. */
const CACHE_FOLDER = '/var/cache/gatehouse';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as "18": data folders are bound to it. */
  readonly majorVersion: string;
}

/**
 * Finds server binaries that the given user can run.
 * @throws EmbeddedPostgresError BINARIES_UNUSABLE when npm brought none for this platform or they do not run
 */
export async function findBinaries(user: OsUser | undefined): Promise<Binaries> {
  const folder = nativeFolder();
  await linkSharedLibraries(folder);
  const inPlace = await probe(folder, user);
  if (inPlace.binaries) return inPlace.binaries;
  // A checkout under /root (0700) or an install under umask 077 runs for root but not for the user root lends
  // the server to: that user gets a copy.
  if (user !== undefined && (await probe(folder, undefined)).binaries) {
    const copy = await probe(await copyToCache(folder), user);
    if (copy.binaries) return copy.binaries;
  }
  throw new EmbeddedPostgresError(
    'BINARIES_UNUSABLE',
    `The PostgreSQL binaries in ${folder} do not run on this machine (${inPlace.problem}): set DATABASE_URL to a server of your own.`,
  );
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'BINARIES_UNUSABLE',
      `npm has no PostgreSQL binaries for ${process.platform}-${process.arch} (package ${name}): set DATABASE_URL to a server of your own.`,
      { cause },
    );
  }
}

/**
 * npm packages carry no symbolic links; the package's install script makes those of the shared libraries.
 * Where scripts are off (`npm ci --ignore-scripts`) it never ran, so they are made here.
 */
async function linkSharedLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // Already there, or node_modules is read-only: whether it matters shows when the binaries are run.
    await symlink(basename(source), join(folder, '..', target)).catch(() => undefined);
  }
}

/** Runs both binaries once, which also proves that their shared libraries load. */
async function probe(
  folder: string,
  user: OsUser | undefined,
): Promise<{ binaries?: Binaries; problem?: string }> {
  const initdb = join(folder, 'bin', 'initdb');
  const postgres = join(folder, 'bin', 'postgres');
  for (const file of [initdb, postgres]) {
    const { code, stdout, stderr } = await runCommand(file, ['--version'], user);
    const version = /\(PostgreSQL\) (\d+)/.exec(stdout);
    if (code !== 0 || version?.[1] === undefined) return { problem: stderr.trim().split('\n')[0] };
    if (file === postgres) return { binaries: { initdb, postgres, majorVersion: version[1] } };
  }
  return {};
}

async function copyToCache(folder: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(folder, '..', 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const target = join(CACHE_FOLDER, `postgresql-${version}-${basename(name)}`);
  if (await readdir(target).catch(() => undefined)) return target;
  await mkdir(CACHE_FOLDER, { recursive: true, mode: 0o755 });
  const unfinished = await mkdtemp(`${target}.`);
  await cp(folder, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a'), // static libraries are for compiling against
  });
  await openToEveryone(unfinished);
  // The rename makes the copy appear whole or not at all; losing a race to another start is as good.
  await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true }));
  return target;
}

async function openToEveryone(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToEveryone(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}
