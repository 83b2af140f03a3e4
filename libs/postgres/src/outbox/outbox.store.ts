import type { Database } from '../database.js';
import type { Sql } from '../sql.js';
import type { NewOutboxEvent, OutboxBacklog, OutboxEvent } from './outbox-event.js';

/** NOTIFY channel that says "look": a hint, as a notification is lost while nobody listens. */
export const OUTBOX_CHANNEL = 'outbox';

/** How many events to take at once, and for how long. */
export interface ClaimOptions {
  readonly limit: number;
  /** How long the claim holds. When its holder dies the events are due again after this. */
  readonly leaseMs: number;
  /** The topics that are meant; all unless given. */
  readonly only?: readonly string[];
  /** Topics that are not. */
  readonly except?: readonly string[];
}

/** All SQL of the table `outbox`, whose form is in this package's README. */
export class OutboxStore {
  constructor(private readonly database: Database) {}

  /**
   * Appends an event in the caller's transaction: it is delivered if and only if that commits.
   * Appends to one key wait for each other, so that the order of ids is the order of commits.
   * @returns the event's ID, as consumers will see it
   */
  async append(tx: Sql, { topic, key, payload }: NewOutboxEvent): Promise<string> {
    await tx`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
    const [row] = await tx<{ event_id: string }[]>`
      insert into outbox (topic, key, payload) values (${topic}, ${key}, ${tx.json(payload)})
      returning event_id`;
    await tx`select pg_notify(${OUTBOX_CHANNEL}, '')`;
    return (row as { event_id: string }).event_id;
  }

  /**
   * Appends events to whose keys nothing else is appended meanwhile, in one statement and without {@link append}'s locks,
   * of which the database has memory for some thousands.
   */
  async appendAll(tx: Sql, events: readonly NewOutboxEvent[]): Promise<void> {
    if (events.length === 0) return;
    await tx`
      insert into outbox (topic, key, payload)
      select topic, key, payload
      from jsonb_to_recordset(${tx.json(events as never)}) as given (topic text, key text, payload jsonb)`;
    await tx`select pg_notify(${OUTBOX_CHANNEL}, '')`;
  }

  /**
   * Takes events that are due, oldest first and at most one per key: an event waits until every older one of its
   * key has been delivered. The lease is a column, so that it outlives the connection but not for long its
   * holder; SKIP LOCKED lets replicas claim side by side.
   */
  async claim({ limit, leaseMs, only, except }: ClaimOptions): Promise<OutboxEvent[]> {
    const { sql } = this.database;
    const meant = only ? sql`and topic = any(${[...only]}::text[])` : sql``;
    const left = except ? sql`and topic <> all(${[...except]}::text[])` : sql``;
    const rows = await sql<ClaimedRow[]>`
      with due as (
        select id from outbox candidate
        where parked_at is null
          and due_at <= now()
          and not exists (select from outbox older where older.key = candidate.key and older.id < candidate.id)
          ${meant} ${left}
        order by id
        limit ${limit}
        for update skip locked
      )
      update outbox
      set attempts = attempts + 1, due_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      from due
      where outbox.id = due.id
      returning outbox.id, event_id, topic, key, payload, created_at, attempts`;
    return rows.map(toEvent).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The event reached its consumer. Does nothing when the lease ran out and another holder has it now. */
  async delivered({ id, attempt }: OutboxEvent): Promise<void> {
    await this.database.sql`delete from outbox where id = ${id} and attempts = ${attempt}`;
  }

  /** {@link delivered}, of many at once. */
  async allDelivered(events: readonly OutboxEvent[]): Promise<void> {
    await this.database.sql`
      delete from outbox using ${this.attempts(events)} as claimed (id, attempts)
      where outbox.id = claimed.id and outbox.attempts = claimed.attempts`;
  }

  /** The attempt failed: the event is due again after `delayMs`. */
  async postpone({ id, attempt }: OutboxEvent, delayMs: number, error: string): Promise<void> {
    await this.database.sql`
      update outbox
      set due_at = clock_timestamp() + ${delayMs} * interval '1 millisecond', last_error = ${error}
      where id = ${id} and attempts = ${attempt}`;
  }

  /** The attempt failed for reasons that are not the events': they are due again at once. */
  async postponeAll(events: readonly OutboxEvent[], error: string): Promise<void> {
    await this.database.sql`
      update outbox set due_at = clock_timestamp(), last_error = ${error}
      from ${this.attempts(events)} as claimed (id, attempts)
      where outbox.id = claimed.id and outbox.attempts = claimed.attempts`;
  }

  /** The event is not tried again by itself, and holds back the later ones of its key. */
  async park({ id, attempt }: OutboxEvent, error: string): Promise<void> {
    await this.database.sql`
      update outbox set parked_at = clock_timestamp(), last_error = ${error}
      where id = ${id} and attempts = ${attempt}`;
  }

  /**
   * Takes back what waits under a key, or was parked there, in the caller's transaction. An attempt that is under way may
   * still reach its consumer.
   */
  async withdraw(tx: Sql, key: string): Promise<void> {
    await tx`delete from outbox where key = ${key}`;
  }

  /** Puts every parked event of a key back in line, its attempts forgotten. @returns how many */
  async unpark(key: string): Promise<number> {
    const rows = await this.database.sql`
      update outbox set parked_at = null, attempts = 0, due_at = clock_timestamp()
      where key = ${key} and parked_at is not null
      returning id`;
    await this.database.sql`select pg_notify(${OUTBOX_CHANNEL}, '')`;
    return rows.length;
  }

  /**
   * Deletes some of the events of a topic that were parked so long ago, for topics whose events nobody is owed.
   *
   * @returns how many
   */
  async deleteParked(topic: string, days: number, limit: number): Promise<number> {
    const { count } = await this.database.sql`
      delete from outbox where id in (
        select id from outbox
        where topic = ${topic} and parked_at < statement_timestamp() - ${days} * interval '1 day'
        order by parked_at limit ${limit} for update skip locked
      )`;
    return count;
  }

  /** @param unowed topics whose events nobody is owed: those that were given up do not count */
  async backlog(unowed: readonly string[] = []): Promise<OutboxBacklog> {
    const [row] = await this.database.sql<[{ waiting: number; parked: number; oldest_age_ms: number }]>`
      select
        count(*) filter (where parked_at is null)::int as waiting,
        count(parked_at) filter (where topic <> all(${[...unowed]}::text[]))::int as parked,
        coalesce(
          extract(epoch from clock_timestamp() - min(created_at) filter (where parked_at is null)) * 1000, 0
        )::float8 as oldest_age_ms
      from outbox`;
    return { waiting: row.waiting, parked: row.parked, oldestAgeMs: row.oldest_age_ms };
  }

  private attempts(events: readonly OutboxEvent[]) {
    const ids = events.map(({ id }) => id);
    const attempts = events.map(({ attempt }) => attempt);
    return this.database.sql`unnest(${ids}::bigint[], ${attempts}::integer[])`;
  }
}

interface ClaimedRow {
  readonly id: bigint;
  readonly event_id: string;
  readonly topic: string;
  readonly key: string;
  readonly payload: OutboxEvent['payload'];
  readonly created_at: Date;
  readonly attempts: number;
}

function toEvent(row: ClaimedRow): OutboxEvent {
  return {
    id: row.id,
    eventId: row.event_id,
    topic: row.topic,
    key: row.key,
    payload: row.payload,
    createTime: row.created_at,
    attempt: row.attempts,
  };
}
