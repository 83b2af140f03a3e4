import type { Sql } from '@gatehouse/postgres';
import { auditColumns } from './audit-columns.store.js';
import type { AuditLink, AuditRow } from './audit-row.js';

/** An event that waits for its link. */
export interface PendingRow extends AuditRow {
  readonly id: bigint;
  /** It has one: whoever put it back in line is not heard. */
  readonly isLinked: boolean;
}

/** A link with its event, or without one that was taken away. */
export type LinkedRow = AuditLink & ({ readonly event: AuditRow } | { readonly event: undefined });

/** What should not be, found beside the chain. */
export interface StrayEvent {
  readonly eventId: string;
  /** An event that is neither linked nor waiting was put there; one that waits and is not there was taken away. */
  readonly fault: 'inserted' | 'missing';
}

/** A number for the lock that lets one replica chain at a time. */
const CHAIN_LOCK = 7_302_114_096_012n;

/** All SQL of the tables `audit_link` and `audit_pending`. */
export class AuditLinkStore {
  async isAnyPending(sql: Sql): Promise<boolean> {
    const [row] = await sql<[{ pending: boolean }]>`select exists (select from audit_pending) as pending`;
    return row.pending;
  }

  /** How many events wait for their link. */
  async countPending(sql: Sql): Promise<number> {
    const [row] = await sql<[{ count: number }]>`select count(*)::int as count from audit_pending`;
    return row.count;
  }

  /** Takes the right to chain until the end of the transaction. @returns whether nobody else has it */
  async lock(tx: Sql): Promise<boolean> {
    const [row] = await tx<[{ locked: boolean }]>`
      select pg_try_advisory_xact_lock(${CHAIN_LOCK}) as locked`;
    return row.locked;
  }

  /** The newest link; undefined before there is one. */
  async head(sql: Sql): Promise<AuditLink | undefined> {
    const [row] = await sql<
      AuditLink[]
    >`select sequence, hash from audit_link order by sequence desc limit 1`;
    return row;
  }

  /** The first of those that wait, in the order in which they were written. */
  async pending(tx: Sql, limit: number): Promise<PendingRow[]> {
    return tx<PendingRow[]>`
      select e.id, l.sequence is not null as "isLinked", ${auditColumns(tx)}
      from audit_pending p
      join audit_event e on e.id = p.id
      left join audit_link l on l.event_id = e.event_id
      order by p.id
      limit ${limit}`;
  }

  async append(tx: Sql, links: readonly (AuditLink & { readonly eventId: string })[]): Promise<void> {
    const sequences = links.map(({ sequence }) => sequence);
    const eventIds = links.map(({ eventId }) => eventId);
    const hashes = links.map(({ hash }) => hash.toString('hex'));
    await tx`
      insert into audit_link (sequence, event_id, hash)
      select sequence, event_id, decode(hash, 'hex')
      from unnest(${sequences}::bigint[], ${eventIds}::uuid[], ${hashes}::text[]) as link (sequence, event_id, hash)`;
  }

  async removePending(tx: Sql, ids: readonly bigint[]): Promise<void> {
    await tx`delete from audit_pending where id = any(${ids})`;
  }

  /** The next part of the chain after a place. */
  async listAfter(sql: Sql, sequence: bigint, limit: number): Promise<LinkedRow[]> {
    const rows = await sql<(AuditLink & { [Name in keyof AuditRow]: AuditRow[Name] | null })[]>`
      select l.sequence, l.hash, ${auditColumns(sql)}
      from audit_link l left join audit_event e on e.event_id = l.event_id
      where l.sequence > ${sequence}
      order by l.sequence
      limit ${limit}`;
    return rows.map(({ sequence, hash, ...event }) => ({
      sequence,
      hash,
      event: event.eventId === null ? undefined : (event as AuditRow),
    }));
  }

  /**
   * Looks among the events after a number for the first that should not be. An event, its place in line and its
   * link come and go in whole transactions, so one statement sees an event with one of the two.
   *
   * @returns the number to go on after; undefined at the end
   */
  async findStray(
    sql: Sql,
    afterId: bigint,
    limit: number,
  ): Promise<{ stray: StrayEvent | undefined; lastId: bigint | undefined }> {
    const [row] = await sql<[{ lastId: bigint | null; eventId: string | null }]>`
      with page as (
        select e.id, e.event_id from audit_event e where e.id > ${afterId} order by e.id limit ${limit}
      )
      select (select max(id) from page) as "lastId", (
        select event_id from page
        where not exists (select from audit_link l where l.event_id = page.event_id)
          and not exists (select from audit_pending p where p.id = page.id)
        order by id limit 1
      ) as "eventId"`;
    const stray: StrayEvent | undefined =
      row.eventId === null ? undefined : { eventId: row.eventId, fault: 'inserted' };
    return { stray, lastId: row.lastId ?? undefined };
  }

  /** One that waits in line and is not there. */
  async findMissing(sql: Sql): Promise<StrayEvent | undefined> {
    const [row] = await sql<{ id: bigint }[]>`
      select p.id from audit_pending p
      where not exists (select from audit_event e where e.id = p.id)
      order by p.id limit 1`;
    return row && { eventId: `number ${row.id}`, fault: 'missing' };
  }
}
