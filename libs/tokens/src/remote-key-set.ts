import { withinTime } from './within-time.js';
import { KeysUnavailable } from './keys-unavailable.js';
import { KeySet } from './key-set.js';
import type { KeySource } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** How a remote key set is fetched and how often. All times are in milliseconds. */
export interface RemoteKeySetOptions {
  /**
   * Gets the JWK Set from its source (a gRPC call, a file). The signal aborts when `timeoutMs` is over; the
   * result is admitted by `KeySet.from`, so nothing about it is trusted.
   */
  readonly fetch: (signal: AbortSignal) => Promise<unknown>;
  /** Age at which the set is refreshed in the background. A key must be published for twice this before it signs. */
  readonly maxAgeMs?: number;
  /** Least time between two fetches that unknown key IDs cause, however many there are. */
  readonly cooldownMs?: number;
  /** Longest time one fetch may take. */
  readonly timeoutMs?: number;
  /** Wait after a failed fetch; doubles with every further failure, up to `cooldownMs`. */
  readonly retryMs?: number;
  /** A clock that never steps, in milliseconds. */
  readonly monotonic?: () => number;
  /** Told about every failed fetch, for the log; must not throw. The set in use goes on serving. */
  readonly onFailure?: (cause: unknown) => void;
}

/**
 * A key set that lives elsewhere. One fetch is in flight at most; a set that was fetched once goes on serving
 * while the source is down, for as long as that lasts; a set that `KeySet.from` refuses counts as a failed fetch.
 */
export class RemoteKeySet implements KeySource {
  readonly #fetch: (signal: AbortSignal) => Promise<unknown>;
  readonly #maxAgeMs: number;
  readonly #cooldownMs: number;
  readonly #timeoutMs: number;
  readonly #retryMs: number;
  readonly #monotonic: () => number;
  readonly #onFailure: (cause: unknown) => void;

  #current: KeySet | undefined;
  #flight: Promise<void> | undefined;
  #fetchedAt = -Infinity;
  /** End of the last fetch, successful or not. */
  #attemptedAt = -Infinity;
  #failures = 0;
  /** Sets that were offered. */
  #offers = 0;
  #lastFailure: unknown;

  constructor(options: RemoteKeySetOptions) {
    this.#fetch = options.fetch;
    this.#maxAgeMs = options.maxAgeMs ?? 60_000;
    this.#cooldownMs = options.cooldownMs ?? 30_000;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#retryMs = options.retryMs ?? 500;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#onFailure = options.onFailure ?? (() => {});
  }

  /** The set in use; undefined when none was ever obtained. */
  get current(): KeySet | undefined {
    return this.#current;
  }

  /** The key known now. Starts a refresh in the background when the set has reached its age. */
  find(keyId: string): VerificationKey | undefined {
    const now = this.#monotonic();
    if (now - this.#fetchedAt > this.#maxAgeMs && this.#mayRetry(now)) void this.#refreshOnce();
    return this.#current?.find(keyId);
  }

  /**
   * Asks the source again, unless it was asked within the cooldown; joins a fetch that is under way.
   *
   * @throws KeysUnavailable when no key set was ever obtained
   */
  async lookUp(keyId: string): Promise<VerificationKey | undefined> {
    const now = this.#monotonic();
    const pause = this.#current === undefined ? this.#backoffMs() : this.#cooldownMs;
    if (this.#flight !== undefined || now - this.#attemptedAt >= pause) await this.#refreshOnce();
    if (this.#current === undefined) throw new KeysUnavailable(this.#lastFailure);
    return this.#current.find(keyId);
  }

  /**
   * Fetches now, whatever the age and the cooldown: at boot, or when told that the set has changed. What an
   * earlier fetch brings may be older than that news, so one under way is waited for and not relied on.
   *
   * @throws KeysUnavailable when this fetch failed; a set obtained earlier stays in use
   */
  async refresh(): Promise<void> {
    await this.#flight;
    await this.#refreshOnce();
    if (this.#failures > 0) throw new KeysUnavailable(this.#lastFailure);
  }

  /**
   * Takes a set that its source sent by itself. What a fetch brings that began earlier is older, and dropped.
   *
   * @param value a parsed JWK Set; nothing about it is trusted
   * @throws InvalidKeySet; the set in use stays in use
   */
  offer(value: unknown): void {
    this.#current = KeySet.from(value, this.#current);
    this.#offers++;
    this.#succeed();
  }

  #refreshOnce(): Promise<void> {
    this.#flight ??= this.#replace().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #replace(): Promise<void> {
    try {
      const offers = this.#offers;
      const value = await withinTime(this.#timeoutMs, this.#fetch);
      if (offers !== this.#offers) return;
      this.#current = KeySet.from(value, this.#current);
      this.#succeed();
    } catch (cause) {
      this.#attemptedAt = this.#monotonic();
      this.#failures++;
      this.#lastFailure = cause;
      this.#onFailure(cause);
    }
  }

  #succeed(): void {
    this.#fetchedAt = this.#attemptedAt = this.#monotonic();
    this.#failures = 0;
    this.#lastFailure = undefined;
  }

  #mayRetry(now: number): boolean {
    return this.#flight === undefined && now - this.#attemptedAt >= this.#backoffMs();
  }

  #backoffMs(): number {
    return this.#failures === 0 ? 0 : Math.min(this.#cooldownMs, this.#retryMs * 2 ** (this.#failures - 1));
  }
}
