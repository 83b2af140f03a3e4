import { LiveSet } from '@gatehouse/live-set';
import { Connection } from './connection.js';
import { CONNECTION_DEFAULTS, type ConnectionOptions } from './connection-options.js';
import { databaseSilent } from './database-error.js';
import { StallWatch, type Stay } from './stall-watch.js';
import type { Pending, Statement } from './statement.js';
import { type ConnectionCount, PoolTelemetry } from './telemetry/pool-telemetry.js';
import { Waiter } from './waiter.js';

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

/** Gives out connections, and sees to it that nobody waits longer than the limits say. */
export class Pool {
  private readonly max: number;
  private readonly connections = new Set<Connection>();
  private readonly waiters = new LiveSet<Waiter>();
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
    this.watch = new StallWatch({ acquireTimeoutMs, answerTimeoutMs }, (stay) => this.giveUp(stay));
    this.telemetry = new PoolTelemetry(options.applicationName, () => this.count());
  }

  /** Runs the statement on the given connection, or on whichever is free. */
  execute(statement: Statement, connection?: Connection): void {
    this.telemetry.follow(statement);
    const stay: Stay = { pending: statement, connection: undefined, ticks: 0 };
    const watched = this.watch.add(stay);
    const take = (chosen: Connection) => {
      stay.connection = chosen;
      chosen.execute(statement);
    };
    const waiter = connection === undefined ? this.waiter(statement, take) : undefined;
    statement.onSettled(() => {
      watched.leave();
      waiter?.leave();
    });
    if (waiter !== undefined) this.await(waiter);
    else take(connection as Connection);
  }

  /** A connection for one transaction; to be given back with {@link release}. @throws AppError DATABASE_UNAVAILABLE */
  acquire(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const end = () => {
        watched.leave();
        waiter.leave();
      };
      const pending: Pending = {
        isAcquired: () => false,
        abandon: (error) => {
          end();
          reject(error as Error);
        },
      };
      const take = (connection: Connection) => {
        end();
        connection.exclusive = true;
        resolve(connection);
      };
      const watched = this.watch.add({ pending, connection: undefined, ticks: 0 });
      const waiter = this.waiter(pending, take);
      this.await(waiter);
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
      for (const { pending } of this.waiters.all()) pending.abandon(databaseSilent('closed'));
    }
    return this.closing;
  }

  private waiter(pending: Pending, take: Waiter['take']): Waiter {
    return new Waiter(pending, take, this.telemetry.wait());
  }

  private await(waiter: Waiter): void {
    if (this.closing !== undefined) return waiter.pending.abandon(databaseSilent('closed'));
    waiter.enter(this.waiters);
    this.serve();
    if (waiter.isWaiting) waiter.lasts();
  }

  private serve(): void {
    for (let next = this.waiters.first; next !== undefined; next = this.waiters.first) {
      const connection = this.choose();
      if (connection === undefined) return;
      next.leave();
      next.take(connection);
    }
  }

  /**
   * An idle connection, else a new one, else the least busy of those that answer promptly: what is sent to it runs
   * after what was sent before, which also holds for the BEGIN of a transaction.
   */
  private choose(): Connection | undefined {
    let leastBusy: Connection | undefined;
    for (const connection of this.connections) {
      if (connection.exclusive || !connection.takesMore) continue;
      if (leastBusy === undefined || connection.load < leastBusy.load) leastBusy = connection;
    }
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

  private giveUp({ pending, connection }: Stay): void {
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
}
