import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database.js';
import type { WarningLog } from '../log.js';
import { type OutboxEvent, UndeliverableEvent } from './outbox-event.js';
import { observeOutbox } from './observe-outbox.js';
import { OUTBOX_CHANNEL, OutboxStore, type ClaimOptions } from './outbox.store.js';
import { WakeSignal } from './wake-signal.js';

/** What an {@link OutboxDispatcher} delivers, to whom, and how often. */
export interface OutboxDispatcherOptions {
  readonly database: Database;
  /**
   * Hands one event to its consumer and resolves once that has it for good. Called at least once per event, so
   * consumers go by `eventId`; the signal is aborted when the attempt's time is over. What it rejects with is
   * tried again, save {@link UndeliverableEvent}.
   */
  readonly deliver: (event: OutboxEvent, signal: AbortSignal) => Promise<void>;
  readonly log: WarningLog;
  /** Events under way at once. Default 8. */
  readonly concurrency?: number;
  /** Topics with as many places of their own: what their consumers take their time for keeps no others waiting. */
  readonly apart?: readonly string[];
  /** Topics whose events nobody is owed: those that were parked are not counted among what is wrong. */
  readonly unowed?: readonly string[];
  /** Attempts until an event is parked. Default 20, which by the back-off is about a quarter of an hour. */
  readonly maxAttempts?: number;
  /** Bound on one attempt. Default 10,000. */
  readonly attemptTimeoutMs?: number;
  /** How soon an event is found when no notification came. Default 1,000. */
  readonly pollIntervalMs?: number;
  /** First wait after a failed attempt; doubles each time up to a minute. Default 250. */
  readonly backoffMs?: number;
}

const DEFAULTS = {
  concurrency: 8,
  apart: [],
  unowed: [],
  maxAttempts: 20,
  attemptTimeoutMs: 10_000,
  pollIntervalMs: 1_000,
  backoffMs: 250,
};

const MAX_BACKOFF_MS = 60_000;

/** A lease outlasts the attempt, so that an attempt at its limit can still be recorded by its holder. */
const LEASE_GRACE_MS = 5_000;

/** Enough of an error to tell what is wrong, and no more of what it may quote. */
const MAX_ERROR_LENGTH = 500;

/** Events that share their places. */
interface Lane extends Pick<ClaimOptions, 'only' | 'except'> {
  readonly underWay: Map<bigint, Promise<void>>;
}

/** Delivers the events of one outbox. Any number of replicas may run side by side. */
export class OutboxDispatcher {
  private readonly settings: Required<OutboxDispatcherOptions>;
  private readonly store: OutboxStore;
  private readonly signal = new WakeSignal();
  private readonly lanes: readonly Lane[];
  private readonly cutOff = new AbortController();
  private stopping = false;
  private loop: Promise<void> | undefined;
  private unobserve: (() => void) | undefined;

  constructor(options: OutboxDispatcherOptions) {
    this.settings = { ...DEFAULTS, ...options };
    this.store = new OutboxStore(options.database);
    const { apart } = this.settings;
    const topics = apart.length === 0 ? [{}] : [{ except: apart }, { only: apart }];
    this.lanes = topics.map((those) => ({ ...those, underWay: new Map() }));
  }

  /** Begins to deliver. Call once. */
  start(): void {
    this.unobserve = observeOutbox(this.store, this.settings.unowed);
    this.loop = this.run();
  }

  /**
   * Claims no more, lets the attempts under way end for `timeoutMs` (5,000), then aborts them. What was not
   * delivered is due again when its lease ends, here or in another replica. Never rejects.
   */
  async stop(timeoutMs = 5_000): Promise<void> {
    this.stopping = true;
    this.unobserve?.();
    this.signal.wake();
    const drained = Promise.all([this.loop, ...this.lanes.flatMap(({ underWay }) => [...underWay.values()])]);
    const timer = new AbortController();
    await Promise.race([
      drained,
      delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
    this.cutOff.abort();
  }

  private async run(): Promise<void> {
    const { pollIntervalMs, database } = this.settings;
    const hints = database.listen(OUTBOX_CHANNEL, () => this.signal.wake());
    while (!this.stopping) {
      let claimed = 0;
      for (const lane of this.lanes) claimed += await this.claim(lane);
      if (claimed === 0) await this.signal.sleep(pollIntervalMs);
    }
    await hints.stop();
  }

  /** Takes what there is a place for. Never rejects. @returns how many */
  private async claim({ underWay, ...topics }: Lane): Promise<number> {
    const { concurrency, attemptTimeoutMs, log } = this.settings;
    const limit = concurrency - underWay.size;
    if (limit === 0) return 0;
    try {
      const leaseMs = attemptTimeoutMs + LEASE_GRACE_MS;
      const events = await this.store.claim({ limit, leaseMs, ...topics });
      for (const event of events) this.track(event, underWay);
      return events.length;
    } catch (error) {
      log.warn({ error }, 'outbox not readable');
      return 0;
    }
  }

  private track(event: OutboxEvent, underWay: Lane['underWay']): void {
    const attempt = this.attempt(event).finally(() => {
      underWay.delete(event.id);
      this.signal.wake(); // a place is free, and the key's next event may go
    });
    underWay.set(event.id, attempt);
  }

  /** Never rejects. */
  private async attempt(event: OutboxEvent): Promise<void> {
    try {
      const failure = await this.tryDeliver(event);
      if (failure === undefined) await this.store.delivered(event);
      else await this.recordFailure(event, failure);
    } catch (error) {
      // The database did not take the outcome: the event comes due again when its lease ends.
      this.settings.log.warn({ error, ...facts(event) }, 'outbox outcome not recorded');
    }
  }

  private async tryDeliver(event: OutboxEvent): Promise<Error | undefined> {
    const { attemptTimeoutMs, deliver, maxAttempts } = this.settings;
    // Claimed more often than it failed: its attempts end the process. The others shall not go down with it.
    if (event.attempt > maxAttempts) return new Error('attempts ended without an outcome');
    const timeout = AbortSignal.timeout(attemptTimeoutMs);
    const signal = AbortSignal.any([timeout, this.cutOff.signal]);
    try {
      await Promise.race([deliver(event, signal), rejectOnAbort(signal)]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private async recordFailure(event: OutboxEvent, failure: Error): Promise<void> {
    const { backoffMs, log, maxAttempts } = this.settings;
    const text = failure.message.slice(0, MAX_ERROR_LENGTH);
    if (event.attempt >= maxAttempts || failure instanceof UndeliverableEvent) {
      log.warn({ error: failure, ...facts(event) }, 'outbox event parked');
      await this.store.park(event, text);
      return;
    }
    log.warn({ error: failure, ...facts(event) }, 'outbox event not delivered');
    const longest = Math.min(backoffMs * 2 ** (event.attempt - 1), MAX_BACKOFF_MS);
    // Half of it is chance, so that what failed together does not come back together.
    await this.store.postpone(event, longest * (0.5 + Math.random() / 2), text);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function facts({ eventId, topic, key, attempt }: OutboxEvent) {
  return { event_id: eventId, topic, key, attempt };
}
