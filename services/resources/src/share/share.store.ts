import { insertAudited, type AuditOrigin } from '@gatehouse/audit';
import type { Sql } from '@gatehouse/postgres';
import { accessTo } from '../resource/reach.store.js';
import type { Reach } from '../resource/reach.js';

/** What a share allows, in the database's words. */
export type StoredShareRole = 'viewer' | 'editor';

/** A share as the database holds it. */
export interface ShareRow {
  readonly subject: string;
  readonly role: StoredShareRole;
  readonly createTime: Date;
}

/** Which shares of a resource to list. */
export interface ShareQuery {
  /** The last share of the page before. */
  readonly after: { readonly createTime: Date; readonly subject: string } | undefined;
  readonly limit: number;
}

/** Why a query did not act. */
export type ShareRefusal =
  /** There is no such resource, or none that may be seen. */
  | 'unknown'
  /** The resource may be seen, but not this done with it. */
  | 'forbidden'
  /** The subject is the owner. */
  | 'owner'
  /** The subject was erased. */
  | 'erased'
  /** The resource is shared with as many as it may be. */
  | 'full';

/** How many a resource is shared with at most: each change of it is told to all of them, and it goes with all shares. */
const MAX_SHARES = 1_000;

/** Shares. Each query finds the resource, decides, acts and leaves its audit event in one statement. */
export class ShareStore {
  constructor(private readonly sql: Sql) {}

  /** Gives a subject a part in a resource, or changes the part it has. */
  async give(
    resourceId: string,
    reach: Reach,
    subject: string,
    role: StoredShareRole,
    origin: AuditOrigin,
  ): Promise<ShareRow | ShareRefusal> {
    const { sql } = this;
    const [row] = await sql<
      ({ allowed: boolean; own: boolean; full: boolean } & (ShareRow | { subject: null }))[]
    >`
      with ${this.reached(resourceId, reach, 'owned')}, room as (
        select count(*) >= ${MAX_SHARES} and not coalesce(bool_or(s.subject = ${subject}), false) as full
        from share s where s.resource_id = ${resourceId}
      ), receiver as (
        select s.erase_time is null as alive from subject s where s.id = ${subject} for share
      ), met as (
        insert into subject as s (id)
        select ${subject}::uuid from reached, room
        where reached.allowed and reached.owner <> ${subject} and not room.full and not exists (select from receiver)
        on conflict (id) do update set id = excluded.id where s.erase_time is null
        returning true as alive
      ), given as (
        insert into share as s (resource_id, subject, role)
        select reached.id, ${subject}::uuid, ${role} from reached, room
        where reached.allowed and reached.owner <> ${subject} and not room.full
          and (exists (select from receiver where alive) or exists (select from met))
        on conflict (resource_id, subject) do update set role = excluded.role
        returning ${this.columns()}
      ), audited as (${insertAudited(sql, origin, { from: sql`reached, given`, target: sql`reached.id` })})
      select reached.allowed, reached.owner = ${subject} as own, room.full, given.*
      from reached cross join room left join given on true`;
    if (!row) return 'unknown';
    if (!row.allowed) return 'forbidden';
    if (row.own) return 'owner';
    if (row.full) return 'full';
    return row.subject === null ? 'erased' : row;
  }

  /** Ends a share; one that is not there is no refusal. */
  async end(
    resourceId: string,
    reach: Reach,
    subject: string,
    origin: AuditOrigin,
  ): Promise<ShareRefusal | undefined> {
    const { sql } = this;
    const [row] = await sql<{ allowed: boolean }[]>`
      with ${this.reached(resourceId, reach, 'owned')}, ended as (
        delete from share s using reached
        where reached.allowed and s.resource_id = reached.id and s.subject = ${subject}
      ), audited as (${insertAudited(sql, origin, {
        from: sql`reached where reached.allowed`,
        target: sql`reached.id`,
      })})
      select reached.allowed from reached`;
    if (!row) return 'unknown';
    return row.allowed ? undefined : 'forbidden';
  }

  /** One page of the shares of a resource, oldest first. */
  async list(
    resourceId: string,
    reach: Reach,
    { after, limit }: ShareQuery,
  ): Promise<ShareRow[] | ShareRefusal> {
    const { sql } = this;
    const rows = await sql<({ allowed: boolean } & (ShareRow | { subject: null }))[]>`
      with ${this.reached(resourceId, reach, 'editable')}
      select reached.allowed, page.*
      from reached left join lateral (
        select ${this.columns()} from share s
        where s.resource_id = reached.id and reached.allowed
          ${after ? sql`and (s.create_time, s.subject) > (${after.createTime}, ${after.subject})` : sql``}
        order by s.create_time, s.subject
        limit ${limit}
      ) page on true
      order by page."createTime", page.subject`;
    const [first] = rows;
    if (!first) return 'unknown';
    if (!first.allowed) return 'forbidden';
    return rows.filter((row) => row.subject !== null);
  }

  /** The resource, when it may be seen, and whether more is allowed. */
  private reached(resourceId: string, reach: Reach, need: 'owned' | 'editable') {
    const { sql } = this;
    const access = accessTo(sql, reach);
    return sql`reached as (
      select r.id, r.owner, ${access[need]} as allowed from resource r
      where r.id = ${resourceId} and ${access.visible}
    )`;
  }

  private columns() {
    return this.sql`s.subject, s.role, s.create_time as "createTime"`;
  }
}
