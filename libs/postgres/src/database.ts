import { setTimeout as delay } from 'node:timers/promises';
import { databaseError, isRetryableConflict } from './database-error.js';
import { Pool, type PoolOptions } from './pool.js';
import { openDriver } from './open-driver.js';
import type { DriverPool, Sql, TransactionSql } from './sql.js';
import { sqlTag } from './sql-tag.js';
import { Transaction, type TransactionOptions } from './transaction.js';

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

const TRANSACTION_ATTEMPTS = 3;

/**
 * Opens a pool of connections. None is made before the first statement, and a server that is down, restarting
 * or unreachable never ends the process: statements fail while it lasts and work again afterwards.
 */
export function openPool(options: PoolOptions): Database {
  return new PooledDatabase(options);
}

class PooledDatabase implements Database {
  readonly sql: Sql;
  private readonly pool: Pool;
  /** Makes queries and never connects. */
  private readonly driver: DriverPool;
  private readonly listeners = new Set<DriverPool>();

  constructor(private readonly options: PoolOptions) {
    this.pool = new Pool(options);
    this.driver = openDriver(options.url);
    this.sql = sqlTag(this.driver, (statement) => this.pool.execute(statement));
  }

  async transaction<T>(
    work: (tx: TransactionSql) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await Transaction.run(this.pool, this.driver, work, options);
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
    const { url, ssl, applicationName } = this.options;
    const driver = openDriver(url, {
      ...(ssl === undefined ? {} : { ssl }),
      max: 1,
      backoff: () => 0.1 + Math.random() * 0.2,
      connection: { application_name: applicationName },
    });
    let listening = true;
    const hint = () => {
      if (listening) onHint();
    };
    this.listeners.add(driver);
    // A failure is no end of it: the driver listens again whenever it gets a connection.
    driver.listen(channel, hint, hint).catch(() => undefined);
    return {
      stop: async () => {
        listening = false;
        this.listeners.delete(driver);
        await driver.end({ timeout: 0 });
      },
    };
  }

  async close({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<void> {
    const listeners = [...this.listeners].map((driver) => driver.end({ timeout: 0 }));
    await Promise.all([this.pool.close(timeoutMs), ...listeners]);
  }
}
