import type { Sql } from '@gatehouse/postgres';
import { auditColumns } from './audit-columns.store.js';
import type { AuditLink, AuditRow } from './audit-row.js';

/** Which events to list, newest first; what is empty or undefined is no condition. */
export interface AuditQuery {
  readonly actor: string;
  readonly target: string;
  readonly action: string;
  readonly outcome: string;
  readonly service: string;
  readonly traceId: string;
  readonly from: Date | undefined;
  readonly until: Date | undefined;
  /** The last event of the page before. */
  readonly after: { readonly occurTime: Date; readonly id: bigint } | undefined;
  readonly limit: number;
}

/** An event in the order of the list, with its link once it has one. */
export interface ListedAuditRow extends AuditRow {
  readonly id: bigint;
  readonly link: AuditLink | undefined;
}

type Columns = AuditRow & { readonly id: bigint } & (
    AuditLink | { readonly sequence: null; readonly hash: null }
  );

/** Events by the page. */
export class AuditListStore {
  async list(sql: Sql, query: AuditQuery): Promise<ListedAuditRow[]> {
    const { from, until, after, limit } = query;
    const conditions = [
      query.actor === '' ? sql`` : sql`and e.actor = ${query.actor}`,
      query.target === '' ? sql`` : sql`and e.target = ${query.target}`,
      query.action === '' ? sql`` : sql`and e.action = ${query.action}`,
      query.outcome === '' ? sql`` : sql`and e.outcome = ${query.outcome}`,
      query.service === '' ? sql`` : sql`and e.service = ${query.service}`,
      query.traceId === '' ? sql`` : sql`and e.trace_id = ${query.traceId}`,
      from ? sql`and e.occurred_at >= ${from}` : sql``,
      until ? sql`and e.occurred_at < ${until}` : sql``,
      after ? sql`and (e.occurred_at, e.id) < (${after.occurTime}, ${after.id})` : sql``,
    ];
    const rows = await sql<Columns[]>`
      with page as (
        select e.* from audit_event e where true ${conditions}
        order by e.occurred_at desc, e.id desc
        limit ${limit}
      )
      select e.id, l.sequence, l.hash, ${auditColumns(sql)}
      from page e left join audit_link l on l.event_id = e.event_id
      order by e.occurred_at desc, e.id desc`;
    return rows.map(({ sequence, hash, ...row }) => ({
      ...row,
      link: sequence === null ? undefined : { sequence, hash },
    }));
  }
}
