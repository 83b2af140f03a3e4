import { createPrivateKey, type KeyObject } from 'node:crypto';
import { platformReasons } from '@gatehouse/errors';
import type { Database } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import {
  KeySet,
  KeysUnavailable,
  type KeySource,
  type PublicJwk,
  type VerificationKey,
} from '@gatehouse/tokens';
import type { KeyKeeper } from './key-keeper.js';
import { observeKeyAge } from './observe-key-age.js';
import type { Sealing } from './sealing.js';
import { SIGNING_KEY_CHANNEL, type SigningKeyRow, type SigningKeyStore } from './signing-key.store.js';

/** A key that signs. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** What {@link SigningKeys} works with. */
export interface SigningKeysOptions {
  readonly database: Database;
  readonly store: SigningKeyStore;
  readonly keeper: KeyKeeper;
  readonly sealing: Sealing;
  readonly log: Logger;
  /** How often the keys are read and moved on when no notification came. */
  readonly checkIntervalMs: number;
  /** How long a key is published before it signs. */
  readonly publishAheadMs: number;
}

/** Least time between two reads that unknown key IDs cause, in milliseconds. */
const LOOK_UP_COOLDOWN_MS = 1_000;

/** One replica's view of the signing keys: what it signs with, serves, and verifies its own callers by. */
export class SigningKeys implements KeySource {
  readonly #options: SigningKeysOptions;
  readonly #signing = new Map<string, SigningKey>();
  readonly #followers = new Set<() => void>();
  readonly #unusable = new Set<string>();
  #rows: readonly SigningKeyRow[] = [];
  #published: readonly PublicJwk[] = [];
  #keySet: KeySet | undefined;
  #reading: Promise<void> | undefined;
  #lookedUpAt = -Infinity;
  #lookingUp: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hints: { stop(): Promise<void> } | undefined;
  #unobserve: (() => void) | undefined;
  /** On the monotonic clock; undefined while no key signs. */
  #activeSince: number | undefined;
  #stopped = false;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
  }

  /** Reads the keys, makes the first ones, and keeps up from then on. A database that is down is waited for. */
  async start(): Promise<void> {
    const { database } = this.#options;
    this.#hints = database.listen(SIGNING_KEY_CHANNEL, () => void this.reload().catch(() => undefined));
    this.#unobserve = observeKeyAge(() => this.activeAgeMs);
    await this.#check();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#unobserve?.();
    await this.#hints?.stop();
  }

  /** Every public key that verifiers need, newest first. Never a private member. */
  get published(): readonly PublicJwk[] {
    return this.#published;
  }

  /** The IDs of the keys whose signatures verifiers accept by now. */
  get usableKeyIds(): string[] {
    return usableKeyIds(this.#published);
  }

  /** Calls `follower` whenever {@link published} has changed. @returns how to end it */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Whether there is a key to sign with. */
  get canSign(): boolean {
    return this.#rows.some(({ state, kid }) => state === 'active' && this.#signing.has(kid));
  }

  /** How long the active key has been that, in milliseconds; undefined while there is none. */
  get activeAgeMs(): number | undefined {
    return this.#activeSince === undefined ? undefined : performance.now() - this.#activeSince;
  }

  /** The key to sign with by what this replica last read. @throws AppError KEYS_UNAVAILABLE */
  active(): SigningKey {
    const row = this.#rows.find(({ state }) => state === 'active');
    const key = row && this.#signing.get(row.kid);
    if (!key) throw platformReasons.KEYS_UNAVAILABLE({ retryAfterMs: LOOK_UP_COOLDOWN_MS });
    return key;
  }

  /** The private key of this ID, read again if it is news. @throws AppError KEYS_UNAVAILABLE */
  async signer(keyId: string | undefined): Promise<SigningKey> {
    if (keyId !== undefined && !this.#signing.has(keyId)) await this.reload();
    const key = keyId === undefined ? undefined : this.#signing.get(keyId);
    if (!key) throw platformReasons.KEYS_UNAVAILABLE({ retryAfterMs: LOOK_UP_COOLDOWN_MS });
    return key;
  }

  find(keyId: string): VerificationKey | undefined {
    return this.#keySet?.find(keyId);
  }

  async lookUp(keyId: string): Promise<VerificationKey | undefined> {
    const now = performance.now();
    if (now - this.#lookedUpAt >= LOOK_UP_COOLDOWN_MS) {
      this.#lookedUpAt = now;
      this.#lookingUp = this.reload();
    }
    // Also for those who come while it is under way: what they ask for may be the news that it brings.
    await this.#lookingUp?.catch((cause: unknown) => {
      if (!this.#keySet) throw new KeysUnavailable(cause);
    });
    if (!this.#keySet) throw new KeysUnavailable(new Error('the keys were not read yet'));
    return this.#keySet.find(keyId);
  }

  /** Reads the keys again. One read is under way at most; what it brings may be older than a later call. */
  async reload(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { database, store } = this.#options;
    const rows = await store.list(database.sql);
    const published = rows.map((row) => this.#toPublished(row));
    const keySet = KeySet.from({ keys: published }, this.#keySet);
    for (const row of rows) this.#unseal(row);
    const signing = new Set(rows.filter((row) => row.sealedPrivateKey).map(({ kid }) => kid));
    for (const kid of this.#signing.keys()) if (!signing.has(kid)) this.#signing.delete(kid);
    const changed = JSON.stringify(published) !== JSON.stringify(this.#published);
    this.#rows = rows;
    const active = rows.find(({ state }) => state === 'active');
    this.#activeSince = active && performance.now() - active.activeMs;
    this.#published = published;
    this.#keySet = keySet;
    if (changed) for (const follower of this.#followers) follower();
  }

  /** A private key that does not open cannot sign here; its public part verifies all the same. */
  #unseal({ kid, sealedPrivateKey }: SigningKeyRow): void {
    if (!sealedPrivateKey || this.#signing.has(kid)) return;
    try {
      const key = this.#options.sealing.open(sealedPrivateKey, kid);
      this.#signing.set(kid, {
        keyId: kid,
        privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
      });
    } catch (error) {
      if (!this.#unusable.has(kid)) this.#options.log.error({ error, kid }, 'a signing key does not open');
      this.#unusable.add(kid);
    }
  }

  /** A key that is published ahead says from when on it may sign. */
  #toPublished({ state, publicJwk, publishTime, openTime }: SigningKeyRow): PublicJwk {
    if (state !== 'published') return publicJwk;
    const opensAt = publishTime.getTime() + this.#options.publishAheadMs;
    return { ...publicJwk, nbf: Math.floor(Math.min(opensAt, openTime?.getTime() ?? Infinity) / 1_000) };
  }

  async #check(): Promise<void> {
    try {
      await this.#options.keeper.advance();
      await this.reload();
    } catch (error) {
      this.#options.log.warn({ error }, 'the signing keys cannot be read');
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#check(), this.#options.checkIntervalMs).unref();
  }
}

/** The IDs of those keys that may have signed something by now. */
export function usableKeyIds(keys: readonly Pick<PublicJwk, 'kid' | 'nbf'>[]): string[] {
  const now = Date.now() / 1_000;
  return keys.filter(({ nbf }) => nbf === undefined || nbf <= now).map(({ kid }) => kid);
}
