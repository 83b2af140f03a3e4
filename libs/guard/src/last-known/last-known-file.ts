import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readMessages, writeMessages } from './known-messages.js';
import type { LastKnown } from './last-known.js';
import { LastKnownRefused } from './last-known-refused.js';
import { FRESH_AT_BYTES, readFreshAt, Seal, type SealedFor } from './seal.js';

/**
 * The oldest that is still used, in milliseconds: 900 s, the longest life of an access token, and 5 s by which clocks
 * may differ. Of what was issued while it was fresh nothing is valid any more after that. A running verifier keeps
 * its keys for as long as auth is away; one that starts has no need of older ones, and they would serve whoever
 * stole a key that was revoked meanwhile.
 */
export const MAX_AGE_MS = 905_000;

/** How far the clock of another replica may be ahead, in milliseconds. */
const SKEW_MS = 5_000;

/**
 * How far two may be apart, in milliseconds, and count as equally fresh: what is known is confirmed each second, and
 * a verifier that has just heard of a revocation may have to write before that.
 */
const EQUAL_MS = 2_000;

/** A million revocations take half of it. */
const MAX_BYTES = 128 * 1_024 * 1_024;

/** A write that takes longer has died, in milliseconds. */
const WRITE_MS = 60_000;

/** Where a service keeps what it knows of its issuer, and who may read it there. */
export interface LastKnownFileOptions extends SealedFor {
  /** Its folder must be there. Replicas of the service may share it. */
  readonly path: string;
}

/** The file of what was last known: whole or not at all, and the newest of what several replicas write. */
export class LastKnownFile {
  readonly path: string;
  readonly #seal: Seal;

  /** @param clock milliseconds since the epoch */
  constructor(
    options: LastKnownFileOptions,
    private readonly clock: () => number = Date.now,
  ) {
    this.path = options.path;
    this.#seal = new Seal(options);
  }

  /**
   * Reads it, at the start and so without a pause.
   *
   * @returns undefined when there is none
   * @throws LastKnownRefused
   */
  read(): LastKnown | undefined {
    const sealed = this.#readBytes();
    if (sealed === undefined) return undefined;
    const freshAt = readFreshAt(sealed);
    const opened = this.#seal.open(sealed);
    const ageMs = this.clock() - freshAt;
    if (ageMs > MAX_AGE_MS) throw new LastKnownRefused('TOO_OLD');
    if (ageMs < -SKEW_MS) throw new LastKnownRefused('FROM_THE_FUTURE');
    return { freshAt, ...readMessages(opened) };
  }

  /**
   * Replaces it, unless what is there is newer.
   *
   * @throws Error of the file system; what was there stays
   */
  async write(known: LastKnown): Promise<void> {
    if (await this.#isNewer(known.freshAt)) return;
    await this.#sweep();
    const sealed = await this.#seal.seal(known.freshAt, writeMessages(known));
    const temporary = `${this.path}.${randomUUID()}.tmp`;
    try {
      await writeDurably(temporary, sealed);
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #readBytes(): Buffer | undefined {
    try {
      if (statSync(this.path).size > MAX_BYTES) throw new LastKnownRefused('TOO_BIG');
      return readFileSync(this.path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw cause instanceof LastKnownRefused ? cause : new LastKnownRefused('UNREADABLE', { cause });
    }
  }

  /** By its header alone. One that says that it is of a time to come keeps nobody from writing. */
  async #isNewer(freshAt: number): Promise<boolean> {
    try {
      await using file = await open(this.path);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(FRESH_AT_BYTES), 0, FRESH_AT_BYTES, 0);
      const there = readFreshAt(buffer.subarray(0, bytesRead));
      return there > freshAt + EQUAL_MS && there <= this.clock() + SKEW_MS;
    } catch {
      return false;
    }
  }

  /** Removes what a replica left that was killed while it wrote. */
  async #sweep(): Promise<void> {
    const prefix = `${basename(this.path)}.`;
    const folder = dirname(this.path);
    for (const name of await readdir(folder)) {
      if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
      const left = join(folder, name);
      const { mtimeMs } = await stat(left).catch(() => ({ mtimeMs: Infinity }));
      if (Date.now() - mtimeMs > WRITE_MS) await rm(left, { force: true });
    }
  }
}

/** For the owner alone. After a crash of the machine there is the old content or the new one, and no third. */
async function writeDurably(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(parts);
  await file.sync();
}
