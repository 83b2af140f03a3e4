import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS, type Delays } from './limit-policy.js';
import { tooManyAttempts } from './too-many-attempts.js';
import { RATE_LIMIT_TABLE, type Counted, type RateLimitStore } from './rate-limit.store.js';

/** Makes the next attempt wait longer after every failure, in all replicas. */
export class GrowingDelay {
  readonly #delays: Delays;
  readonly #failures: RateLimiterPostgres;
  /** Holds a key for as long as nobody may try. */
  readonly #wait: RateLimiterPostgres;

  /** @param name begins the keys of its rows */
  constructor(store: RateLimitStore, name: string, delays: Delays) {
    this.#delays = delays;
    const options = {
      storeClient: store,
      storeType: 'client',
      tableName: RATE_LIMIT_TABLE,
      tableCreated: true,
    };
    const mine = { ...options, clearExpiredByTimeout: false, duration: delays.windowSeconds };
    this.#failures = new RateLimiterPostgres({ ...mine, keyPrefix: name, points: delays.free });
    this.#wait = new RateLimiterPostgres({ ...mine, keyPrefix: `${name} wait`, points: 1 });
  }

  /** The keys of its rows, for {@link RateLimitStore.read}. */
  rowsOf(key: string): readonly string[] {
    return [this.#failures.getKey(key), this.#wait.getKey(key)];
  }

  /** How long the next attempt has to wait, in milliseconds; 0 when it need not. */
  waitMs(counted: ReadonlyMap<string, Counted>, key: string): number {
    return counted.get(this.#wait.getKey(key))?.leftMs ?? 0;
  }

  /**
   * Lets one attempt in. Once failures cost, it is the only one, in all replicas, until the next wait is over.
   *
   * @throws AppError TOO_MANY_ATTEMPTS when another attempt was faster
   */
  async enter(counted: ReadonlyMap<string, Counted>, key: string): Promise<void> {
    const failures = this.#failuresOf(counted, key);
    if (failures < this.#delays.free) return;
    try {
      await this.#wait.consume(key, 1, { customDuration: this.#delaySeconds(failures + 1) });
    } catch (refused) {
      throw refused instanceof RateLimiterRes ? tooManyAttempts(refused.msBeforeNext) : refused;
    }
  }

  /** Counts a failure. */
  async fail(key: string): Promise<void> {
    const { consumedPoints } = await this.#failures.penalty(key);
    if (consumedPoints >= this.#delays.free) {
      await this.#wait.block(key, this.#delaySeconds(consumedPoints));
    }
  }

  /** Forgets all failures. */
  async forget(counted: ReadonlyMap<string, Counted>, key: string): Promise<void> {
    if (this.#failuresOf(counted, key) === 0) return;
    await Promise.all([this.#failures.delete(key), this.#wait.delete(key)]);
  }

  #failuresOf(counted: ReadonlyMap<string, Counted>, key: string): number {
    return counted.get(this.#failures.getKey(key))?.points ?? 0;
  }

  #delaySeconds(failures: number): number {
    const { free, closesAt = Infinity, windowSeconds } = this.#delays;
    if (failures >= closesAt) return windowSeconds;
    return Math.min(FIRST_DELAY_SECONDS * 2 ** (failures - free), LONGEST_DELAY_SECONDS);
  }
}
