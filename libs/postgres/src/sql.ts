import type postgres from 'postgres';

interface ValueTypes extends Record<string, unknown> {
  readonly bigint: bigint;
}

/** What the driver makes: connections behind a tag. */
export type DriverPool = postgres.Sql<ValueTypes>;

// The driver's types of its tag cannot be named one by one; what is not offered is ruled out instead. A plain
// array is a fine parameter (`= any(${ids})`), and LISTEN is Database.listen.
type NotOffered = 'array' | 'file' | 'notify' | 'typed' | 'types';

/**
 * The tagged template that stores write SQL in; what is interpolated becomes a parameter, never text. It is the
 * same type on the pool and inside a transaction, so that a store's function runs in either.
 */
export type Sql = postgres.ISql<ValueTypes> & { readonly [Name in NotOffered]: never };

/** {@link Sql} inside a transaction. */
export interface TransactionSql extends Sql {
  /** Runs `work` so that its failure undoes its own statements and leaves the transaction usable. */
  savepoint<T>(work: (tx: TransactionSql) => Promise<T>): Promise<T>;
}
