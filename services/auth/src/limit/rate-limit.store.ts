import type { Database, Sql } from '@gatehouse/postgres';

/** A statement as rate-limiter-flexible makes it, with $1, $2 in its text. */
interface LimiterStatement {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** What a limit has counted. */
export interface Counted {
  readonly points: number;
  /** Milliseconds until it is forgotten. */
  readonly leftMs: number;
}

/** The table's name, for rate-limiter-flexible. */
export const RATE_LIMIT_TABLE = 'rate_limit';

/** How much the clocks of replicas, which say when a row is over, may differ from the database's, in milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;

/** All SQL of the table `rate_limit` that is not rate-limiter-flexible's, and the way of that which is. */
export class RateLimitStore {
  constructor(private readonly database: Database) {}

  /** Runs a statement of rate-limiter-flexible; it takes this store for a client of the package `pg`. */
  async query({ text, values }: LimiterStatement) {
    const rows = await this.database.sql.unsafe<{ points: number; expire: bigint | null }[]>(
      text,
      [...values],
      { prepare: true },
    );
    const plain = rows.map(({ points, expire }) => ({
      points,
      expire: expire === null ? null : Number(expire),
    }));
    return { rows: plain, rowCount: rows.count };
  }

  /** Reads what these keys have counted. One that is not there, or over, has counted nothing. */
  async read(keys: readonly string[]): Promise<ReadonlyMap<string, Counted>> {
    const now = Date.now();
    const rows = await this.database.sql<{ key: string; points: number; left_ms: number }[]>`
      select key, points, (expire - ${now})::float8 as left_ms from rate_limit
      where key = any(${keys as string[]}) and expire > ${now}`;
    return new Map(rows.map(({ key, points, left_ms }) => [key, { points, leftMs: left_ms }]));
  }

  /** Deletes some rows that count for nothing any more by any replica's clock. @returns how many */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from rate_limit where key in (
        select key from rate_limit
        where expire < (extract(epoch from statement_timestamp()) * 1000)::bigint - ${CLOCKS_DIFFER_MS}::bigint
        order by expire limit ${limit} for update skip locked
      )`;
    return count;
  }
}
