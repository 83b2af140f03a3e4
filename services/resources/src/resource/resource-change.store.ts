import type { Sql } from '@gatehouse/postgres';
import { resourceColumns } from './resource-columns.store.js';
import type { ResourceRow } from './to-resource.js';

/** Something that happened to a resource. */
export interface ChangeRow {
  readonly seq: bigint;
  readonly resourceId: string;
  /** Subjects who could see it before; for a share alone, the one who has or had it. */
  readonly concerned: readonly string[];
  /** Whether everyone is told who may see it now. */
  readonly toAllWhoSee: boolean;
  /** Whether everyone could see it before. */
  readonly seenByAll: boolean;
}

/** A resource as it is now, with those who have a share of it. */
export type SharedResource = ResourceRow & { readonly sharedWith: readonly string[] };

/** What one reading found. */
export interface ChangeReading {
  /**
   * The history that the horizon belongs to: after a crash or a failover the numbers of transactions may be given out
   * a second time, and a horizon of before hides what gets one.
   */
  readonly epoch: string;
  /** Whatever was begun before this transaction has committed or never will. */
  readonly horizon: bigint;
  readonly changes: readonly ChangeRow[];
}

/** How long changes are kept, in minutes: far longer than a watcher's reading takes to come back. */
const KEPT_MINUTES = 10;

/** All SQL of the table `resource_change`. */
export class ResourceChangeStore {
  constructor(private readonly sql: Sql) {}

  /** Reads the changes of transactions from a horizon on, those included that were read before. */
  async since(horizon: bigint | undefined): Promise<ChangeReading> {
    // Where one process of the server crashes, its start stays what it was: recovery begins its counters anew.
    const rows = await this.sql<({ epoch: string; horizon: bigint } & (ChangeRow | { seq: null }))[]>`
      with now as (
        select pg_snapshot_xmin(pg_current_snapshot()) as horizon,
          concat_ws(' ', extract(epoch from pg_postmaster_start_time()), extract(epoch from stats_reset)) as epoch
        from pg_stat_archiver
      )
      select now.epoch, now.horizon::text::bigint as horizon, c.seq, c.resource_id as "resourceId", c.concerned,
        c.to_all_who_see as "toAllWhoSee", c.seen_by_all as "seenByAll"
      from now left join resource_change c
        on c.xid >= coalesce(${horizon?.toString() ?? null}::text::xid8, now.horizon)
      order by c.seq`;
    const [first] = rows;
    if (!first) throw new Error('a reading has its horizon at least');
    const { epoch, horizon: next } = first;
    return { epoch, horizon: next, changes: rows.filter((row) => row.seq !== null) as ChangeRow[] };
  }

  /** Those of these resources that are there, by ID. */
  async find(ids: readonly string[]): Promise<ReadonlyMap<string, SharedResource>> {
    const { sql } = this;
    const rows = await sql<SharedResource[]>`
      select ${resourceColumns(sql)},
        array(select s.subject from share s where s.resource_id = r.id) as "sharedWith"
      from resource r where r.id = any(${ids as string[]}::uuid[])`;
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Deletes what no reading needs any more. */
  async deleteOld(): Promise<void> {
    await this.sql`
      delete from resource_change
      where created_at < statement_timestamp() - ${KEPT_MINUTES} * interval '1 minute'`;
  }
}
