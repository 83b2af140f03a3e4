import { Connection } from './connection.js';
import { CONNECTION_DEFAULTS, type ConnectionOptions } from './connection-options.js';
import { databaseSilent } from './database-error.js';
import { StallWatch } from './stall-watch.js';
import type { Pending, Statement } from './statement.js';
import type { ConnectionWait } from './telemetry/connection-wait.js';
import { type ConnectionCount, PoolTelemetry } from './telemetry/pool-telemetry.js';

/** How a pool connects, and how much it takes on. */
export interface PoolOptions extends ConnectionOptions {
  /** Connections kept; statements are pipelined, so few carry much. Each transaction holds one. Default 4. */
  readonly max?: number;
  /** Longest wait for a connection. Default 1,000. */
  readonly acquireTimeoutMs?: number;
}

const DEFAULT_MAX = 4;
const DEFAULT_ACQUIRE_TIMEOUT_MS = 1_000;

/** Over and above the server's own statement timeout: its answer is under way, or the server is gone. */
const ANSWER_GRACE_MS = 1_000;

/** A connection is replaced after this, so that a changed address or a grown server process does not stay for ever. */
const MAX_LIFETIME_MS = 45 * 60_000;

interface Waiter {
  readonly take: (connection: Connection) => void;
  readonly wait: ConnectionWait;
}

/** Gives out connections, and sees to it that nobody waits longer than the limits say. */
export class Pool {
  private readonly max: number;
  private readonly connections = new Set<Connection>();
  private readonly waiters = new Map<Pending, Waiter>();
  private readonly places = new Map<Pending, Connection>();
  private readonly acquireTimeoutMs: number;
  private readonly answerTimeoutMs: number;
  private readonly watch: StallWatch;
  private readonly telemetry: PoolTelemetry;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: PoolOptions) {
    this.max = options.max ?? DEFAULT_MAX;
    this.acquireTimeoutMs = options.acquireTimeoutMs ?? DEFAULT_ACQUIRE_TIMEOUT_MS;
    const statementTimeoutMs = options.statementTimeoutMs ?? CONNECTION_DEFAULTS.statementTimeoutMs;
    this.answerTimeoutMs = this.acquireTimeoutMs + statementTimeoutMs + ANSWER_GRACE_MS;
    const { acquireTimeoutMs, answerTimeoutMs } = this;
    this.watch = new StallWatch({ acquireTimeoutMs, answerTimeoutMs }, (pending) => this.giveUp(pending));
    this.telemetry = new PoolTelemetry(options.applicationName, () => this.count());
  }

  /** Runs the statement on the given connection, or on whichever is free. */
  execute(statement: Statement, connection?: Connection): void {
    this.telemetry.follow(statement);
    this.watch.add(statement);
    statement.onSettled(() => this.forget(statement));
    const take = (chosen: Connection) => {
      this.places.set(statement, chosen);
      chosen.execute(statement);
    };
    if (connection === undefined) this.await(statement, take);
    else take(connection);
  }

  /** A connection for one transaction; to be given back with {@link release}. @throws AppError DATABASE_UNAVAILABLE */
  acquire(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        isAcquired: () => false,
        abandon: (error) => {
          this.forget(pending);
          reject(error as Error);
        },
      };
      const take = (connection: Connection) => {
        this.forget(pending);
        connection.exclusive = true;
        resolve(connection);
      };
      this.watch.add(pending);
      this.await(pending, take);
    });
  }

  release(connection: Connection): void {
    connection.exclusive = false;
    this.serve();
  }

  /** Lets running work end for `timeoutMs`, then cuts it off. Never rejects. */
  close(timeoutMs: number): Promise<void> {
    if (this.closing === undefined) {
      this.telemetry.close();
      this.closing = Promise.all([...this.connections].map((connection) => connection.end(timeoutMs))).then(
        () => this.watch.stop(),
      );
      for (const pending of [...this.waiters.keys()]) pending.abandon(databaseSilent('closed'));
    }
    return this.closing;
  }

  private await(pending: Pending, take: Waiter['take']): void {
    if (this.closing !== undefined) return pending.abandon(databaseSilent('closed'));
    const wait = this.telemetry.wait();
    this.waiters.set(pending, { take, wait });
    this.serve();
    if (this.waiters.has(pending)) wait.lasts();
  }

  private serve(): void {
    for (const [pending, { take, wait }] of this.waiters) {
      const connection = this.choose();
      if (connection === undefined) return;
      this.waiters.delete(pending);
      wait.end();
      take(connection);
    }
  }

  /**
   * An idle connection, else a new one, else the least busy of those that answer promptly: what is sent to it runs
   * after what was sent before, which also holds for the BEGIN of a transaction.
   */
  private choose(): Connection | undefined {
    const open = [...this.connections].filter(({ exclusive, takesMore }) => !exclusive && takesMore);
    const leastBusy = open.sort((a, b) => a.load - b.load)[0];
    if (leastBusy?.load === 0 || this.connections.size >= this.max) return leastBusy;
    const connection = new Connection(this.options, (changed) => this.onChange(changed));
    this.connections.add(connection);
    return connection;
  }

  private onChange(connection: Connection): void {
    if (connection.isLost) {
      this.connections.delete(connection);
    } else if (
      connection.load === 0 &&
      !connection.exclusive &&
      performance.now() - connection.openedAt > MAX_LIFETIME_MS
    ) {
      this.connections.delete(connection);
      void connection.end(0);
    }
    this.serve();
  }

  private giveUp(pending: Pending): void {
    const connection = this.places.get(pending);
    const acquired = pending.isAcquired();
    const limitMs = acquired ? this.answerTimeoutMs : this.acquireTimeoutMs;
    // Behind slow statements of others a wait is long but not hopeless; a server that answers nobody is gone.
    const silent = acquired && (connection?.silentMs ?? 0) >= this.answerTimeoutMs - ANSWER_GRACE_MS;
    pending.abandon(databaseSilent(`no ${acquired ? 'answer' : 'connection'} within ${limitMs} ms`));
    if (silent) connection?.lose(databaseSilent('server silent'));
  }

  private count(): ConnectionCount {
    const used = [...this.connections].filter(({ exclusive, load }) => exclusive || load > 0).length;
    return { used, idle: this.connections.size - used };
  }

  private forget(pending: Pending): void {
    this.watch.remove(pending);
    this.waiters.get(pending)?.wait.end();
    this.waiters.delete(pending);
    this.places.delete(pending);
  }
}
