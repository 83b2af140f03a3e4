import type { Sql } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import type { AuthContext } from './auth-context.js';
import { MAIL_TOPIC } from './mail/mail-event.js';

/** Wait from the end of one sweep to the next. */
const EVERY_MS = 60_000;

/** Rows that one statement deletes: short locks, and far below the statement timeout however many are due. */
const BATCH = 1_000;

/** How long a mail that a mailbox has refused for good is there for whoever looks into it. */
const PARKED_MAIL_DAYS = 7;

/**
 * Deletes what can matter no more: expired sign-ins, login flows, keys, grants, codes, proofs and counts, mails that were
 * refused long ago, and revocations that speak of expired tokens only. The stores go by `statement_timestamp()`, for which
 * an index can be asked: for `clock_timestamp()`, which may change from row to row, all that is live would be read as well.
 */
export class Retention {
  readonly #context: AuthContext;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(context: AuthContext, log: Logger) {
    this.#context = context;
    this.#log = log;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      void this.sweep().then(() => this.#stopped || this.start());
    }, EVERY_MS).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Deletes all that is due, a batch at a time; what fails in one table keeps no other one full. Never rejects. */
  async sweep(): Promise<void> {
    const { database, families, sessions, apiKeys, loginFlows, codes, revocations, verifiers, limits } =
      this.#context;
    const { artifacts, grants, clientSecretHashes, usedProofs, outbox } = this.#context;
    const { sql } = database;
    // What else was parked is owed to somebody, and stays until it is delivered.
    const parkedMails = {
      deleteExpired: (_: Sql, limit: number) => outbox.deleteParked(MAIL_TOPIC, PARKED_MAIL_DAYS, limit),
    };
    for (const store of [
      families,
      sessions,
      apiKeys,
      loginFlows,
      codes,
      artifacts.store,
      grants,
      clientSecretHashes,
      usedProofs,
      revocations,
      verifiers,
      limits.store,
      limits.knownAddresses,
      parkedMails,
    ]) {
      try {
        while (!this.#stopped && (await store.deleteExpired(sql, BATCH)) === BATCH);
      } catch (error) {
        this.#log.warn({ error }, 'expired rows not deleted');
      }
    }
  }
}
