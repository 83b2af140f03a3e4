import { readFileSync } from 'node:fs';

/**
 * The version of the program that runs, from its package.
 *
 * @param url of its package.json
 */
export function serviceVersion(url: URL): string {
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
  return version;
}
