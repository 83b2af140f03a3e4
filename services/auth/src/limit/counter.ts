import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Window } from './limit-policy.js';
import { RATE_LIMIT_TABLE, type Counted, type RateLimitStore } from './rate-limit.store.js';

/** Counts something within a window, in all replicas. */
export class Counter {
  readonly #points: number;
  readonly #limiter: RateLimiterPostgres;

  /** @param name begins the keys of its rows */
  constructor(store: RateLimitStore, name: string, { points, windowSeconds }: Window) {
    this.#points = points;
    this.#limiter = new RateLimiterPostgres({
      storeClient: store,
      storeType: 'client',
      tableName: RATE_LIMIT_TABLE,
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points,
      duration: windowSeconds,
      // Whoever is over the limit costs the database nothing more.
      inMemoryBlockOnConsumed: points + 1,
    });
  }

  /** The key of its row, for {@link RateLimitStore.read}. */
  rowOf(key: string): string {
    return this.#limiter.getKey(key);
  }

  /** How long until there is room again, in milliseconds; 0 when there is. */
  waitMs(counted: ReadonlyMap<string, Counted>, key: string): number {
    const row = counted.get(this.rowOf(key));
    return row !== undefined && row.points >= this.#points ? row.leftMs : 0;
  }

  /** Counts one, over the limit too. */
  async add(key: string): Promise<void> {
    await this.#limiter.penalty(key);
  }

  /** Counts one. @returns 0, or how long until there is room for it, in milliseconds */
  async take(key: string): Promise<number> {
    try {
      await this.#limiter.consume(key);
      return 0;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext);
      throw refused;
    }
  }
}
