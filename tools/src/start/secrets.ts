import { DEVELOPMENT_SECRET_PREFIX } from '@gatehouse/config';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Secrets in files that only their owner may read, made when first asked for and the same ever after. */
export class Secrets {
  constructor(private readonly folder: string) {}

  /** The path of a secret that is text, such as a password. */
  async text(name: string): Promise<string> {
    return this.keep(name, () => DEVELOPMENT_SECRET_PREFIX + randomBytes(24).toString('base64url'));
  }

  /** The path of a secret that is 32 bytes in base64. 160 of the 256 bits are random, the others are the mark. */
  async key(name: string): Promise<string> {
    const random = 32 - DEVELOPMENT_SECRET_PREFIX.length;
    return this.keep(name, () =>
      Buffer.concat([Buffer.from(DEVELOPMENT_SECRET_PREFIX), randomBytes(random)]).toString('base64'),
    );
  }

  /** Writes a secret that is known, such as a URL with a password in it; returns its path. */
  async write(name: string, value: string): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, name);
    // Whole or not at all: a start that is cut short leaves no half secret to be used by the next.
    await writeFile(`${path}.unfinished`, `${value}\n`, { mode: 0o600 });
    await rename(`${path}.unfinished`, path);
    return path;
  }

  /** The value behind a path that {@link text} or {@link key} returned. */
  async read(path: string): Promise<string> {
    return (await readFile(path, 'utf8')).trim();
  }

  private async keep(name: string, make: () => string): Promise<string> {
    const path = join(this.folder, name);
    const present = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return present.trim() === '' ? this.write(name, make()) : path;
  }
}
