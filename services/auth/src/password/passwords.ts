import { randomBytes } from 'node:crypto';
import { hashSync, parseOptions, type Options } from '@node-rs/argon2';
import type { HashPool } from './hash-pool.js';
import type { HashThread } from './hash-thread.js';

/** Argon2id (the package's default) with the least parameters that OWASP's Password Storage Cheat Sheet admits. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } satisfies Options;

/** What {@link Passwords.verify} found. */
export interface Verdict {
  readonly matches: boolean;
  /** Whether the hash was made with other parameters than those of today. */
  readonly outdated: boolean;
}

/** Hashes and verifies passwords, in the bounded pool. */
export class Passwords {
  readonly #pool: HashPool;
  /** Of a password that nobody knows: what unknown accounts are compared with. */
  readonly #nobodys = hashSync(randomBytes(32), PARAMETERS);

  constructor(pool: HashPool) {
    this.#pool = pool;
  }

  /**
   * @returns a PHC string
   * @throws AppError HASH_QUEUE_FULL
   */
  hash(password: string, signal?: AbortSignal): Promise<string> {
    return this.#pool.run((thread) => thread.hash(stablePassword(password), PARAMETERS), signal);
  }

  /**
   * Compares a password with a hash. Without a hash it costs the same and never matches, so that an unknown
   * account cannot be told from a wrong password.
   *
   * @param within runs the comparison once its turn has come, and what belongs to it
   * @throws AppError HASH_QUEUE_FULL
   */
  async verify(
    stored: string | undefined,
    password: string,
    signal?: AbortSignal,
    within: (compare: () => Promise<Verdict>) => Promise<Verdict> = (compare) => compare(),
  ): Promise<Verdict> {
    const compared = stored ?? this.#nobodys;
    const compareOn = async (thread: HashThread) => {
      const matches = await thread.verify(compared, stablePassword(password));
      return { matches: matches && stored !== undefined, outdated: isOutdated(compared) };
    };
    return this.#pool.run((thread) => within(() => compareOn(thread)), signal);
  }
}

/**
 * The form of a password that is hashed, so that it does not depend on the keyboard: NFC, and every kind of
 * space is a plain one (RFC 8265, section 4.2.2, OpaqueString).
 */
export function stablePassword(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

function isOutdated(stored: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(stored);
  return (
    memoryCost !== PARAMETERS.memoryCost ||
    timeCost !== PARAMETERS.timeCost ||
    parallelism !== PARAMETERS.parallelism ||
    !stored.startsWith('$argon2id$v=19$')
  );
}
