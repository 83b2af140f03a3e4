import type { Connection } from './connection.js';
import type { Pool } from './pool.js';
import type { DriverPool, TransactionSql } from './sql.js';
import { sqlTag } from './sql-tag.js';
import type { Statement } from './statement.js';

/** How a transaction is isolated from others: as the server has it, read committed, unless given. */
export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

/** One run of a transaction on a connection that is its own for the time. */
export class Transaction {
  private readonly tx: TransactionSql;
  /** The failure that PostgreSQL will not commit after, unless a savepoint undoes it. */
  private failure: unknown;
  private savepoints = 0;

  private constructor(
    pool: Pool,
    private readonly connection: Connection,
    driver: DriverPool,
  ) {
    const execute = (statement: Statement) => {
      statement.onSettled((error) => {
        this.failure ??= error;
        // It may be carried out yet, and whoever came after a BEGIN or a COMMIT would be in a transaction unawares.
        if (statement.isAbandoned && statement.isAcquired()) connection.lose(error);
      });
      pool.execute(statement, connection);
    };
    const savepoint = <T>(work: (tx: TransactionSql) => Promise<T>) => this.savepoint(work);
    this.tx = sqlTag<TransactionSql>(driver, execute, { savepoint });
  }

  static async run<T>(
    pool: Pool,
    driver: DriverPool,
    work: (tx: TransactionSql) => Promise<T>,
    { isolation }: TransactionOptions,
  ): Promise<T> {
    const connection = await pool.acquire();
    try {
      const transaction = new Transaction(pool, connection, driver);
      await transaction.tx.unsafe(isolation === undefined ? 'begin' : `begin isolation level ${isolation}`);
      return await transaction.complete(work);
    } finally {
      pool.release(connection);
    }
  }

  private async complete<T>(work: (tx: TransactionSql) => Promise<T>): Promise<T> {
    try {
      const result = await work(this.tx);
      // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error.
      if (this.failure !== undefined) throw this.failure;
      await this.tx.unsafe('commit');
      return result;
    } catch (error) {
      await this.rollback(error);
      throw error;
    }
  }

  private async rollback(reason: unknown): Promise<void> {
    if (this.connection.isLost) return;
    // A connection that does not even roll back is of no use to the next transaction.
    await this.tx.unsafe('rollback').catch(() => this.connection.lose(reason));
  }

  private async savepoint<T>(work: (tx: TransactionSql) => Promise<T>): Promise<T> {
    const name = `s${++this.savepoints}`;
    await this.tx.unsafe(`savepoint ${name}`);
    const before = this.failure;
    try {
      const result = await work(this.tx);
      if (this.failure !== before) throw this.failure;
      return result;
    } catch (error) {
      await this.tx.unsafe(`rollback to savepoint ${name}`);
      this.failure = before;
      throw error;
    }
  }
}
