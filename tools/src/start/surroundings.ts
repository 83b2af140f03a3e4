import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartOptions } from './config.js';
import type { Databases } from './databases.js';
import type { Secrets } from './secrets.js';
import { DATABASES, SECRETS, type SecretName, type Surroundings } from './services.js';

/** Where each mail is written as a file. */
export function mailFolderOf({ folder }: StartOptions): string {
  return join(folder, 'mail');
}

/** Makes what the settings of the services name: files of secrets, and folders. */
export async function prepareSurroundings(
  options: StartOptions,
  databases: Databases,
  secrets: Secrets,
): Promise<Surroundings> {
  const databaseUrlFiles = await gather(DATABASES, (name) =>
    secrets.write(`${name}-database-url`, databases[name].url),
  );
  const names = Object.keys(SECRETS) as SecretName[];
  const secretFiles = await gather(names, (name) => secrets[SECRETS[name]](name));
  const lastKnownFolder = join(options.folder, 'last-known');
  await mkdir(lastKnownFolder, { recursive: true, mode: 0o700 });
  return {
    ports: options.ports,
    databaseUrlFiles,
    secretFiles,
    mailFolder: mailFolderOf(options),
    lastKnownFolder,
  };
}

async function gather<Name extends string>(
  names: readonly Name[],
  make: (name: Name) => Promise<string>,
): Promise<Record<Name, string>> {
  const entries = await Promise.all(names.map(async (name) => [name, await make(name)] as const));
  return Object.fromEntries(entries) as Record<Name, string>;
}
