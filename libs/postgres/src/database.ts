import { setTimeout as delay } from 'node:timers/promises';
import { databaseError, databaseSilent, isRetryableConflict } from './database-error.js';
import type { Pending, QueryObserver } from './driver-query.js';
import { observedSql } from './observed-sql.js';
import { Pool, POOL_DEFAULTS, type PoolOptions } from './pool.js';
import type { Sql, TransactionSql } from './sql.js';
import { StallWatch } from './stall-watch.js';

/** Takes what a pino logger takes. */
export interface PoolLog {
  warn(fields: object, message: string): void;
}

export interface DatabaseOptions extends PoolOptions {
  /** Longest wait for a connection before the caller is told DATABASE_UNAVAILABLE. Default 1,000. */
  readonly acquireTimeoutMs?: number;
  readonly log: PoolLog;
}

/** A service's own database. */
export interface Database {
  /**
   * Runs one statement. Rejects with what {@link databaseError} makes of the failure; waits are bounded by the
   * acquire and the statement timeout, whatever state the server is in.
   */
  readonly sql: Sql;
  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it rejects. After a serialization
   * failure or a deadlock it runs again, three times in all, so `work` does nothing but SQL. An error caught
   * inside `work` still fails the transaction; put what may fail inside `tx.savepoint`.
   */
  transaction<T>(work: (tx: TransactionSql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Resolves when the server answers. @throws AppError DATABASE_UNAVAILABLE */
  ping(): Promise<void>;
  /**
   * Calls `onHint` for every NOTIFY on the channel and whenever listening begins, also again after a lost
   * connection, as hints get lost meanwhile. Returns at once; a server that is down is tried until `stop`.
   */
  listen(channel: string, onHint: () => void): { stop(): Promise<void> };
  /** Lets running work end for `timeoutMs` (5,000), then cuts it off. Never rejects. */
  close(options?: { timeoutMs?: number }): Promise<void>;
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

const TRANSACTION_ATTEMPTS = 3;

/** Over and above the server's own statement timeout: its answer is under way, or the server is gone. */
const ANSWER_GRACE_MS = 1_000;

/**
 * Opens a pool of connections. None is made before the first statement, and a server that is down, restarting
 * or unreachable never ends the process: statements fail while it lasts and work again afterwards.
 */
export function openPool(options: DatabaseOptions): Database {
  return new PooledDatabase(options);
}

class PooledDatabase implements Database {
  readonly sql: Sql;
  private pool: Pool;
  private poolSince = performance.now();
  private listeners: Pool | undefined;
  private openTransactions = 0;
  private closing: Promise<void> | undefined;
  private readonly retired = new Set<Promise<void>>();
  private readonly watch: StallWatch;
  private readonly observer: QueryObserver;
  private readonly acquireTimeoutMs: number;
  private readonly answerTimeoutMs: number;

  constructor(private readonly options: DatabaseOptions) {
    this.acquireTimeoutMs = options.acquireTimeoutMs ?? 1_000;
    const statementTimeoutMs = options.statementTimeoutMs ?? POOL_DEFAULTS.statementTimeoutMs;
    this.answerTimeoutMs = this.acquireTimeoutMs + statementTimeoutMs + ANSWER_GRACE_MS;
    this.pool = new Pool(options);
    this.watch = new StallWatch(
      { acquireTimeoutMs: this.acquireTimeoutMs, answerTimeoutMs: this.answerTimeoutMs },
      (pending) => this.giveUp(pending),
    );
    this.observer = {
      begun: (pending) => this.watch.add(pending),
      settled: (pending) => this.watch.remove(pending),
      translate: databaseError,
    };
    this.sql = observedSql<Sql>(() => this.pool.sql, this.observer);
  }

  async transaction<T>(
    work: (tx: TransactionSql) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work, options);
      } catch (error) {
        if (!isRetryableConflict(error) || attempt === TRANSACTION_ATTEMPTS) throw databaseError(error);
        await delay(Math.random() * 20 * attempt); // so that two that met do not meet again
      }
    }
  }

  async ping(): Promise<void> {
    await this.sql`select`;
  }

  listen(channel: string, onHint: () => void): { stop(): Promise<void> } {
    this.listeners ??= new Pool({ ...this.options, max: 1 });
    let stopped = false;
    const hint = () => {
      if (!stopped) onHint();
    };
    const listening = this.listeners.sql.listen(channel, hint, hint).catch(() => undefined);
    return {
      stop: async () => {
        stopped = true;
        await Promise.race([
          listening.then((subscription) => subscription?.unlisten()),
          delay(this.acquireTimeoutMs),
        ]);
      },
    };
  }

  close({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<void> {
    this.closing ??= Promise.all([this.pool.end(timeoutMs), this.listeners?.end(0), ...this.retired]).then(
      () => this.watch.stop(),
    );
    return this.closing;
  }

  private attempt<T>(
    work: (tx: TransactionSql) => Promise<T>,
    { isolation }: TransactionOptions,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let acquired = false;
      let abandoned: Error | undefined;
      const pending: Pending = {
        isAcquired: () => acquired,
        abandon: (error) => {
          abandoned = error;
          this.watch.remove(pending);
          reject(error);
        },
      };
      this.watch.add(pending);
      const mode = isolation === undefined ? '' : `isolation level ${isolation}`;
      const begun = this.pool.sql.begin(mode, async (tx) => {
        if (abandoned !== undefined) throw abandoned;
        acquired = true;
        this.watch.remove(pending); // from here on each statement is watched by itself
        this.openTransactions++;
        try {
          return await work(observedSql<TransactionSql>(() => tx, this.observer));
        } finally {
          this.openTransactions--;
        }
      });
      begun.then((value) => resolve(value as T), reject).finally(() => this.watch.remove(pending));
    });
  }

  private giveUp(pending: Pending): void {
    const limitMs = pending.isAcquired() ? this.answerTimeoutMs : this.acquireTimeoutMs;
    const what = pending.isAcquired() ? 'no answer' : 'no connection';
    // With every connection held by a transaction the wait is ours to explain, not the server's.
    const saturated = this.openTransactions >= (this.options.max ?? POOL_DEFAULTS.max);
    if (!saturated) this.replacePool(what);
    pending.abandon(
      databaseSilent(`${what} within ${limitMs} ms${saturated ? ', all are in transactions' : ''}`),
    );
  }

  /**
   * Connections can be lost in ways that the driver does not notice: a host that vanished, a driver waiting for
   * a flush that never comes. New work goes to a new pool; the old one may finish what it can.
   */
  private replacePool(why: string): void {
    if (this.closing !== undefined || performance.now() - this.poolSince < this.acquireTimeoutMs) return;
    this.options.log.warn({ why }, 'database connections replaced');
    const old = this.pool.end(this.answerTimeoutMs);
    this.retired.add(old);
    void old.then(() => this.retired.delete(old));
    this.pool = new Pool(this.options);
    this.poolSince = performance.now();
  }
}
