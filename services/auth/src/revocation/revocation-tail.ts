import type { Database } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import type { LiveRevocation } from './live-revocation.js';
import { REVOCATION_CHANNEL, type RevocationStore } from './revocation.store.js';

/** Wait from the end of one read to the next, in milliseconds: the delay of a hint that got lost. */
const POLL_MS = 200;

/** For how long an expired revocation is kept, in seconds: clocks may differ. */
const KEEP_EXPIRED_SECONDS = 60;

const PRUNE_EVERY_MS = 10_000;

/** What a read has brought to those who follow. */
export interface TailNews {
  readonly epoch: string;
  readonly position: bigint;
  /** What was not told before; all there is in a new epoch. */
  readonly revocations: readonly LiveRevocation[];
  /** Whether the history has changed: earlier positions mean nothing any more. */
  readonly restarted: boolean;
}

/** What a {@link RevocationTail} works with. */
export interface RevocationTailOptions {
  /** A pool that nothing else can keep busy: the age of a read is the age of every verifier's lease. */
  readonly database: Database;
  readonly store: RevocationStore;
  readonly log: Logger;
}

/**
 * One replica's copy of all live revocations, which follows the table. A row is told as soon as it is visible,
 * also while an older transaction is open; the position stays below that one, so that what it commits later is
 * read as well.
 */
export class RevocationTail {
  readonly #options: RevocationTailOptions;
  readonly #followers = new Set<(news: TailNews) => void>();
  #rows = new Map<bigint, LiveRevocation>();
  /** The latest moment of each client, subject and of everything. */
  #moments = new Map<string, LiveRevocation>();
  /** What was told and lies at or above the position: the next read finds it again. */
  #told = new Set<bigint>();
  #epoch = '';
  #position = 0n;
  #readAt: number | undefined;
  /** What the database's clock and the monotonic one are apart, in milliseconds. */
  #offsetMs = Date.now() - performance.now();
  #prunedAt = performance.now();
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hints: { stop(): Promise<void> } | undefined;
  #failing = false;
  #stopped = false;

  constructor(options: RevocationTailOptions) {
    this.#options = options;
  }

  /** Reads all, and keeps up from then on. A database that is down is waited for. */
  async start(): Promise<void> {
    const hint = () => void this.#attempt();
    this.#hints = this.#options.database.listen(REVOCATION_CHANNEL, hint);
    await this.#poll();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#hints?.stop();
    await this.#reading?.catch(() => undefined);
  }

  /** Whether it has read all there is at least once. */
  get hasRead(): boolean {
    return this.#readAt !== undefined;
  }

  /** How old its last successful read is, in milliseconds by the monotonic clock; Infinity before the first. */
  get readAgeMs(): number {
    return this.#readAt === undefined ? Infinity : performance.now() - this.#readAt;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** All that committed before this position is here. */
  get position(): bigint {
    return this.#position;
  }

  /** Every live revocation that was written at or above a position. */
  from(position: bigint): LiveRevocation[] {
    const rows = [...this.#rows.values()];
    return position === 0n ? rows : rows.filter(({ xid }) => xid >= position);
  }

  /** This second by the database's clock, which moments come from, or a little less; seconds since the epoch. */
  get nowSeconds(): number {
    return Math.floor((performance.now() + this.#offsetMs) / 1_000);
  }

  /**
   * The last second whose access tokens are refused, for one who is issued something now.
   *
   * @returns seconds since the epoch; 0 for none
   */
  notBefore(subject: string, clientId: string): number {
    const names = ['everything ', `subject ${subject}`, `client ${clientId}`];
    return Math.max(0, ...names.map((name) => this.#moments.get(name)?.notBefore ?? 0));
  }

  /** Calls `follower` with all that every later read brings. @returns how to end it */
  follow(follower: (news: TailNews) => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /**
   * Reads what is there now. One read is under way at most.
   *
   * @throws AppError DATABASE_UNAVAILABLE
   */
  async catchUp(): Promise<void> {
    // One that is under way may have begun too early.
    await this.#reading?.catch(() => undefined);
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #poll(): Promise<void> {
    await this.#attempt();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS).unref();
  }

  async #attempt(): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.catchUp();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.log.warn({ error }, 'the revocations cannot be read');
      this.#failing = true;
    }
  }

  async #read(): Promise<void> {
    const { database, store } = this.#options;
    // Before the statement is sent: the snapshot cannot be older.
    let startedAt = performance.now();
    let read = await store.readFrom(database.sql, this.#position);
    const restarted = read.epoch !== this.#epoch;
    if (restarted && this.#position > 0n) {
      startedAt = performance.now();
      read = await store.readFrom(database.sql, 0n);
    }
    if (restarted) {
      this.#rows = new Map();
      this.#told = new Set();
    }
    const { epoch, position, readTime } = read;
    this.#offsetMs = readTime - performance.now();
    const revocations = read.revocations.filter(({ seq }) => !this.#told.has(seq));
    for (const revocation of revocations) this.#keep(revocation);
    this.#told = new Set(read.revocations.filter(({ xid }) => xid >= position).map(({ seq }) => seq));
    this.#epoch = epoch;
    this.#position = position;
    this.#readAt = startedAt;
    this.#prune();
    if (revocations.length === 0 && !restarted) return;
    for (const follower of this.#followers) follower({ epoch, position, revocations, restarted });
  }

  #keep(revocation: LiveRevocation): void {
    this.#rows.set(revocation.seq, revocation);
    if (revocation.notBefore === undefined) return;
    const name = `${revocation.kind} ${revocation.key}`;
    const before = this.#moments.get(name)?.notBefore ?? 0;
    if (revocation.notBefore > before) this.#moments.set(name, revocation);
  }

  #prune(): void {
    if (performance.now() - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = performance.now();
    // By the clock that they were written by: this process's own may be set forward by mistake.
    const oldest = this.nowSeconds - KEEP_EXPIRED_SECONDS;
    for (const [seq, { expiresAt }] of this.#rows) if (expiresAt < oldest) this.#rows.delete(seq);
    for (const [name, { expiresAt }] of this.#moments) if (expiresAt < oldest) this.#moments.delete(name);
  }
}
