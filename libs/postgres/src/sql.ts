import postgres from 'postgres';

/** How values cross: int8 (and count(*)) as bigint, timestamps as Date, json as values. */
export const VALUE_TYPES = { bigint: postgres.BigInt };

interface ValueTypes extends Record<string, unknown> {
  readonly bigint: bigint;
}

/**
 * The tagged template that stores write SQL in; what is interpolated becomes a parameter, never text. It is the
 * same type on the pool and inside a transaction, so that a store's function runs in either.
 */
export type Sql = postgres.ISql<ValueTypes>;

/** {@link Sql} inside a transaction, where savepoints can be set. */
export type TransactionSql = postgres.TransactionSql<ValueTypes>;

/** What the driver makes: a pool of connections behind a tag. */
export type DriverPool = postgres.Sql<ValueTypes>;
