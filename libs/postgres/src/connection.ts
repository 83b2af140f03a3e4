import { LiveSet } from '@gatehouse/live-set';
import { connect as connectSocket, type Socket } from 'node:net';
import { CONNECTION_DEFAULTS, type ConnectionOptions } from './connection-options.js';
import { databaseSilent } from './database-error.js';
import { openDriver } from './open-driver.js';
import type { DriverPool } from './sql.js';
import type { DriverQuery, Statement } from './statement.js';

/** Within which an answer shows that the server is there and nothing waits for a lock, in milliseconds. */
const PROMPT_MS = 100;

/** As many statements at once as nobody has use for. */
const MOST_AT_ONCE = 1_024;

/** How long an answer may be owed before nothing more is sent behind what it is for, in milliseconds. */
const QUIET_MS = 20;

/**
 * One connection, used once: lost means gone for good. The driver's own pool would connect the same object again,
 * which hangs when a write was pending at the time of the loss, and its own transactions send their ROLLBACK to
 * the lost connection, which ends the process (github.com/porsager/postgres issue 1208, open in 3.4.9).
 */
export class Connection {
  /** Held by one transaction; nothing else may run here. */
  exclusive = false;
  isLost = false;
  readonly openedAt = performance.now();
  private lastAnswerAt = performance.now();
  /** How many statements it is trusted with: twice as many with each prompt answer, and one after another one. */
  private trustedWith = 1;
  private readonly driver: DriverPool;
  private readonly run: DriverQuery['handler'];
  private readonly statements = new LiveSet<Statement>();
  private readonly sockets = new Set<Socket>();

  constructor(
    options: ConnectionOptions,
    private readonly onChange: (connection: Connection) => void,
  ) {
    const settings = { ...CONNECTION_DEFAULTS, ...options };
    this.driver = openDriver(settings.url, {
      max: 1,
      max_lifetime: null, // it would end a connection in the middle of a transaction
      connect_timeout: settings.connectTimeoutMs / 1_000,
      backoff: () => 0.1,
      ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
      connection: {
        application_name: settings.applicationName,
        statement_timeout: settings.statementTimeoutMs,
        lock_timeout: settings.lockTimeoutMs,
        idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
        plan_cache_mode: settings.planEachTime ? 'force_custom_plan' : 'auto',
        TimeZone: 'UTC',
      },
      onclose: () => this.lose(databaseSilent('connection lost')),
      socket: (target) => this.openSocket(target),
    });
    // The way into the driver that every query carries.
    this.run = (this.driver`select` as unknown as DriverQuery).handler;
  }

  /** How many statements it works on. */
  get load(): number {
    return this.statements.size;
  }

  /** How long the server has owed an answer. */
  get silentMs(): number {
    return this.statements.size === 0 ? 0 : performance.now() - this.lastAnswerAt;
  }

  /**
   * Whether a statement that is sent now runs at once, or soon: behind one that waits for a lock it would wait as well,
   * and run when its caller has long been told that it failed.
   */
  get takesMore(): boolean {
    const { size } = this.statements;
    return size === 0 || (size < this.trustedWith && this.silentMs <= QUIET_MS);
  }

  execute(statement: Statement): void {
    if (this.isLost) return statement.abandon(databaseSilent('connection lost'));
    if (this.statements.size === 0) this.lastAnswerAt = performance.now();
    const member = this.statements.add(statement);
    statement.onSettled(() => {
      member.leave();
      if (!statement.isAbandoned) this.answered();
      this.onChange(this);
    });
    this.run(statement.query);
  }

  /** Ends it now, and everything that waits for it with `error`. */
  lose(error: unknown): void {
    if (this.isLost) return;
    this.isLost = true;
    for (const statement of this.statements.all()) statement.abandon(error);
    // The driver only says goodbye; a peer that is gone without a trace would keep the socket for many minutes.
    for (const socket of this.sockets) socket.destroy();
    void this.driver.end({ timeout: 0 }).catch(() => undefined);
    this.onChange(this);
  }

  /** Ends it in order: what runs may finish. Never rejects. */
  async end(timeoutMs: number): Promise<void> {
    await this.driver.end({ timeout: timeoutMs / 1_000 }).catch(() => undefined);
    this.lose(databaseSilent('connection closed'));
  }

  private answered(): void {
    const now = performance.now();
    if (now - this.lastAnswerAt > PROMPT_MS) this.trustedWith = 1;
    // A BEGIN or a ROLLBACK is always prompt.
    else if (!this.exclusive) this.trustedWith = Math.min(2 * this.trustedWith, MOST_AT_ONCE);
    this.lastAnswerAt = now;
  }

  private openSocket({ host, port }: { host: string[]; port: number[] }): Socket {
    if (this.isLost) throw databaseSilent('connection lost');
    const socket = connectSocket({ host: host[0] ?? 'localhost', port: port[0] ?? 5432, noDelay: true });
    this.sockets.add(socket);
    // Before the driver hears of it: it fails what was sent one by one, and each makes room here for another statement,
    // which it would write to a socket that it has let go of and end the process.
    socket.once('close', () => this.lose(databaseSilent('connection lost')));
    return Object.assign(socket, { host: host[0] }); // the driver takes the TLS server name from here
  }
}
