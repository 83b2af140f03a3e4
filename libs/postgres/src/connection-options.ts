/** What every connection of a pool is opened with. */
export interface ConnectionOptions {
  /** Connection URL: postgres://role:password@host:port/database. */
  readonly url: string;
  /** TLS as the driver takes it: true verifies against the system's roots; an object is passed to `tls.connect`. */
  readonly ssl?: boolean | 'require' | object;
  /** Bound on one statement, set in the server. Default 5,000. */
  readonly statementTimeoutMs?: number;
  /** Bound on waiting for a row or table lock. Default 1,000. */
  readonly lockTimeoutMs?: number;
  /** Bound on a transaction that does nothing. Default 10,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Bound on opening one connection. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /**
   * Plans every execution of a statement for its own values, instead of keeping a plan after the fifth: for lists,
   * whose best plan depends on the page size and on what is searched for. Default false.
   */
  readonly planEachTime?: boolean;
  /** Shown in pg_stat_activity, and the pool's name in metrics: another one for each pool of a process. */
  readonly applicationName: string;
}

/** What holds of a connection unless given. */
export const CONNECTION_DEFAULTS = {
  statementTimeoutMs: 5_000,
  lockTimeoutMs: 1_000,
  idleInTransactionTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
};
