import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AuditEvent } from '@gatehouse/contracts/auth';
import { AppError } from '@gatehouse/errors';
import {
  observeOutbox,
  OutboxStore,
  type Database,
  type OutboxEvent,
  type WarningLog,
} from '@gatehouse/postgres';

/** What {@link AuditDeliverer} works with. */
export interface AuditDelivererOptions {
  /** The service's own database; its outbox holds audit events alone. */
  readonly database: Database;
  /** Hands events to auth for good; see {@link AuditSink}. */
  readonly send: (events: AuditEvent[]) => Promise<void>;
  readonly log: WarningLog;
}

/** The most that one call of the contract takes. */
const BATCH = 100;

/** Longer than a batch takes at worst: until then it is no other replica's. */
const LEASE_MS = 30_000;

/** Wait before looking again, when there was nothing, in milliseconds. */
const POLL_MS = 500;

/** First and longest wait after a failure, in milliseconds. */
const BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;

/**
 * Brings the audit events of a service to auth, many at a time. While auth is away they wait, in the database, for
 * as long as it takes; what auth finds malformed is parked and keeps nothing else waiting. Delivered at least once;
 * auth knows an event by its ID.
 */
export class AuditDeliverer {
  readonly #options: AuditDelivererOptions;
  readonly #outbox: OutboxStore;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #unobserve: (() => void) | undefined;
  #failures = 0;

  constructor(options: AuditDelivererOptions) {
    this.#options = options;
    this.#outbox = new OutboxStore(options.database);
  }

  /** Begins to deliver. Neither the database nor auth need be there. Call once. */
  start(): void {
    this.#unobserve = observeOutbox(this.#outbox);
    this.#loop = this.#run();
  }

  /** Lets the batch under way end. Never rejects. */
  async stop(): Promise<void> {
    this.#unobserve?.();
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = await this.#deliverBatch();
      if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how long to wait before the next one, in milliseconds */
  async #deliverBatch(): Promise<number> {
    try {
      const events = await this.#outbox.claim({ limit: BATCH, leaseMs: LEASE_MS });
      if (events.length > 0) await this.#deliver(events);
      this.#failures = 0;
      return events.length === BATCH ? 0 : POLL_MS;
    } catch (error) {
      // Once for an outage, however long it is.
      if (this.#failures === 0) this.#options.log.warn({ error }, 'audit events not delivered');
      const longest = Math.min(BACKOFF_MS * 2 ** Math.min(this.#failures++, 10), MAX_BACKOFF_MS);
      return longest * (0.5 + Math.random() / 2);
    }
  }

  async #deliver(events: readonly OutboxEvent[]): Promise<void> {
    try {
      await this.#options.send(events.map(toAuditEvent));
      await this.#outbox.allDelivered(events);
    } catch (error) {
      if (!isMalformed(error)) {
        await this.#outbox.postponeAll(events, messageOf(error)).catch(() => undefined);
        throw error;
      }
      const [first] = events;
      if (events.length === 1 && first) {
        this.#options.log.warn({ error, event_id: first.eventId }, 'audit event parked');
        await this.#outbox.park(first, messageOf(error));
        return;
      }
      // One of them is at fault: the others shall not share its fate.
      for (const event of events) await this.#deliver([event]);
    }
  }
}

function isMalformed(error: unknown): boolean {
  return error instanceof AppError && error.code === status.INVALID_ARGUMENT;
}

function messageOf(error: unknown): string {
  return error instanceof AppError ? error.reason : 'INTERNAL';
}

function toAuditEvent({ eventId, createTime, payload }: OutboxEvent): AuditEvent {
  const texts = payload as Pick<
    AuditEvent,
    'action' | 'actor' | 'target' | 'outcome' | 'address' | 'traceId' | 'requestId'
  >;
  return AuditEvent.fromPartial({ ...texts, id: eventId, occurTime: createTime });
}
