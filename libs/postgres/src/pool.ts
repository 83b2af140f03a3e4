import { connect as connectSocket, type Socket } from 'node:net';
import postgres from 'postgres';
import { type DriverPool, VALUE_TYPES } from './sql.js';

/** What every connection of a pool is opened with. */
export interface PoolOptions {
  /** Connection URL: postgres://role:password@host:port/database. */
  readonly url: string;
  /** TLS as the driver takes it: true verifies against the system's roots; an object is passed to `tls.connect`. */
  readonly ssl?: boolean | 'require' | object;
  /** Connections kept; statements are pipelined, so few carry much. Each transaction holds one. Default 4. */
  readonly max?: number;
  /** Bound on one statement, set in the server. Default 5,000. */
  readonly statementTimeoutMs?: number;
  /** Bound on waiting for a row or table lock. Default 2,000. */
  readonly lockTimeoutMs?: number;
  /** Bound on a transaction that does nothing. Default 10,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Bound on opening one connection. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

export const POOL_DEFAULTS = {
  max: 4,
  statementTimeoutMs: 5_000,
  lockTimeoutMs: 2_000,
  idleInTransactionTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
};

/** One pool of the driver, with its sockets in reach so that it can always be put to an end. */
export class Pool {
  readonly sql: DriverPool;
  private readonly sockets = new Set<Socket>();

  constructor(options: PoolOptions) {
    const settings = { ...POOL_DEFAULTS, ...options };
    this.sql = postgres(settings.url, {
      max: settings.max,
      ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
      connect_timeout: settings.connectTimeoutMs / 1_000,
      // The driver's own wait before it connects again grows to 20 s; a restarted server is to be used at once.
      backoff: () => 0.1 + Math.random() * 0.2,
      types: VALUE_TYPES,
      onnotice: () => undefined,
      connection: {
        application_name: settings.applicationName,
        statement_timeout: settings.statementTimeoutMs,
        lock_timeout: settings.lockTimeoutMs,
        idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
        TimeZone: 'UTC',
      },
      socket: (target: { host: string[]; port: number[] }) => this.openSocket(target),
    } as postgres.Options<typeof VALUE_TYPES>);
  }

  /** Lets running work end for `timeoutMs`, then cuts it off. Never rejects. */
  async end(timeoutMs: number): Promise<void> {
    await this.sql.end({ timeout: timeoutMs / 1_000 }).catch(() => undefined);
    // The driver only says goodbye; a peer that is gone without a trace would keep the socket for many minutes.
    for (const socket of this.sockets) socket.destroy();
  }

  private openSocket({ host, port }: { host: string[]; port: number[] }): Socket {
    const socket = connectSocket({ host: host[0] ?? 'localhost', port: port[0] ?? 5432, noDelay: true });
    for (const earlier of this.sockets) if (earlier.destroyed) this.sockets.delete(earlier);
    this.sockets.add(socket);
    return Object.assign(socket, { host: host[0] }); // the driver takes the TLS server name from here
  }
}
