import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@gatehouse/postgres';
import type { Logger } from '@gatehouse/telemetry';
import type { AuditLinkStore } from './audit-link.store.js';
import type { AuditLink } from './audit-row.js';
import { CHAIN_START, chainHash } from './chain-hash.js';
import { observeUnchained } from './observe-unchained.js';

/** What {@link AuditChainer} works with. */
export interface AuditChainerOptions {
  readonly database: Database;
  readonly links: AuditLinkStore;
  /** 32 bytes, the same in every replica, for ever. */
  readonly key: Uint8Array;
  readonly log: Logger;
}

/** Wait before looking again, when there was nothing to do, in milliseconds. */
const POLL_MS = 500;

/** Events that one transaction links. */
const BATCH = 500;

/** Least time between two lines that say where the chain is, in milliseconds. */
const HEAD_LOG_MS = 60_000;

/**
 * Gives the events of the trail their places in the chain, after their own transactions: those need not wait for
 * each other, and the order of the chain is the order in which they were found. Every replica of the service runs
 * one; a lock lets one at a time work.
 *
 * It looks twice a second instead of being notified: a NOTIFY in every sign-in would make all commits of the server
 * wait for each other.
 */
export class AuditChainer {
  readonly #options: AuditChainerOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #unobserve: (() => void) | undefined;
  #failing = false;
  #headLoggedAt = -Infinity;

  constructor(options: AuditChainerOptions) {
    this.#options = options;
  }

  /** Begins to chain. A database that is down is waited for. Call once. */
  start(): void {
    const { database, links } = this.#options;
    this.#unobserve = observeUnchained(() => links.countPending(database.sql));
    this.#loop = this.#run();
  }

  /** Lets the batch under way end. Never rejects. */
  async stop(): Promise<void> {
    this.#unobserve?.();
    this.#stopping.abort();
    await this.#loop;
  }

  /** Links the next events that wait. @returns how many; 0 also when another replica is at it */
  async advance(): Promise<number> {
    const { database, links, key } = this.#options;
    if (!(await links.isAnyPending(database.sql))) return 0;
    const linked = await database.transaction(async (tx) => {
      if (!(await links.lock(tx))) return [];
      let before = (await links.head(tx)) ?? CHAIN_START;
      const rows = await links.pending(tx, BATCH);
      const news = rows
        .filter(({ isLinked }) => !isLinked)
        .map((row) => {
          before = { sequence: before.sequence + 1n, hash: chainHash(key, before, row) };
          return { ...before, eventId: row.eventId };
        });
      await links.append(tx, news);
      await links.removePending(
        tx,
        rows.map(({ id }) => id),
      );
      return news;
    });
    this.#logHead(linked.at(-1));
    return linked.length;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const linked = await this.#tryAdvance();
      if (linked < BATCH) await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #tryAdvance(): Promise<number> {
    try {
      const linked = await this.advance();
      this.#failing = false;
      return linked;
    } catch (error) {
      // Once for an outage, however long it is.
      if (!this.#failing) this.#options.log.warn({ error }, 'the audit trail cannot be chained');
      this.#failing = true;
      return 0;
    }
  }

  /** Logs leave the database's reach: a chain that was cut short later is found by a head that was noted before. */
  #logHead(head: AuditLink | undefined): void {
    const now = performance.now();
    if (!head || now - this.#headLoggedAt < HEAD_LOG_MS) return;
    this.#headLoggedAt = now;
    this.#options.log.info({ audit_head: headText(head) }, 'the audit trail was chained');
  }
}

/** `SEQUENCE:HASH`, as the command that verifies takes it. */
export function headText({ sequence, hash }: AuditLink): string {
  return `${sequence}:${hash.toString('hex')}`;
}
