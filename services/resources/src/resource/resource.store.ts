import { insertAudited, type AuditOrigin } from '@gatehouse/audit';
import type { Sql } from '@gatehouse/postgres';
import { accessTo } from './reach.store.js';
import type { Reach } from './reach.js';
import { resourceColumns } from './resource-columns.store.js';
import type { ResourceRow, StoredVisibility } from './to-resource.js';

/** What a caller gives to make a resource. */
export interface NewResource {
  readonly owner: string;
  readonly title: string;
  readonly content: string;
  readonly visibility: StoredVisibility;
  /** Names the request for retries, with a digest of what it asks for. */
  readonly request: { readonly id: string; readonly digest: Buffer } | undefined;
}

/** What may be changed of a resource; what is undefined stays. */
export interface ResourceChanges {
  readonly title: string | undefined;
  readonly content: string | undefined;
  readonly visibility: StoredVisibility | undefined;
}

/** Why a query did not act. */
export type Refusal =
  /** There is none, or none that may be seen. */
  | 'unknown'
  /** It may be seen and nothing more. */
  | 'forbidden'
  /** It may be edited, but who sees it is for others to say. */
  | 'unowned'
  /** Its version is not the one asked for. */
  | 'stale';

/** Resources, one at a time. Each query finds the row, decides, acts and leaves its audit event in one statement. */
export class ResourceStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Makes a resource. A request that made one before gets that one, as it is
   * now; the unique constraint decides among requests that arrive together.
   *
   * @returns undefined when the owner was erased
   */
  async create({ owner, title, content, visibility, request }: NewResource, origin: AuditOrigin) {
    const { sql } = this;
    const digest = request?.digest ?? null;
    const [row] = await sql<(ResourceRow & { requestDigest: Buffer | null })[]>`
      with owner as (
        select s.erase_time is null as alive from subject s where s.id = ${owner} for share
      ), met as (
        insert into subject as s (id)
        select ${owner}::uuid where not exists (select from owner)
        on conflict (id) do update set id = excluded.id where s.erase_time is null
        returning true as alive
      ), made as (
        insert into resource as r (owner, title, content, visibility, request_id, request_digest)
        select ${owner}::uuid, ${title}, ${content}, ${visibility}, ${request?.id ?? null}::uuid, ${digest}::bytea
        where exists (select from owner where alive) or exists (select from met)
        on conflict (owner, request_id) do update set request_id = excluded.request_id
        returning ${resourceColumns(sql)}, r.request_digest as "requestDigest"
      ), audited as (${insertAudited(sql, origin, {
        from: sql`made where made."requestDigest" is not distinct from ${digest}::bytea`,
        target: sql`made.id`,
      })})
      select made.* from made`;
    return row;
  }

  async find(id: string, reach: Reach): Promise<ResourceRow | undefined> {
    const { sql } = this;
    const { visible } = accessTo(sql, reach);
    const [row] = await sql<ResourceRow[]>`
      select ${resourceColumns(sql)} from resource r where r.id = ${id} and ${visible}`;
    return row;
  }

  /**
   * Changes a resource. Who may edit it and does not own it may give the visibility that it has, and no other.
   *
   * @param version the one that the change is based on; undefined for any
   */
  async update(
    id: string,
    reach: Reach,
    { title, content, visibility }: ResourceChanges,
    version: bigint | undefined,
    origin: AuditOrigin,
  ): Promise<ResourceRow | Refusal> {
    const { sql } = this;
    const { visible, editable, owned } = accessTo(sql, reach);
    const showable = visibility === undefined ? sql`true` : sql`(${owned} or r.visibility = ${visibility})`;
    const isChange = [title, content, visibility].some((value) => value !== undefined);
    const [row] = await sql<({ allowed: boolean; showable: boolean } & (ResourceRow | { id: null }))[]>`
      with reached as (
        select r.id, ${editable} as allowed, ${owned} as owned, ${showable} as showable
        from resource r where r.id = ${id} and ${visible}
      ), changed as (
        update resource r
        set title = ${title ?? sql`r.title`},
            content = ${content ?? sql`r.content`},
            visibility = ${visibility === undefined ? sql`r.visibility` : sql`case when reached.owned then ${visibility} else r.visibility end`},
            update_time = ${isChange ? sql`clock_timestamp()` : sql`r.update_time`},
            version = r.version + ${isChange ? 1 : 0}
        from reached
        where r.id = reached.id and reached.allowed and reached.showable ${this.atVersion(version)}
        returning ${resourceColumns(sql)}
      ), audited as (${insertAudited(sql, origin, { from: sql`changed`, target: sql`changed.id` })})
      select reached.allowed, reached.showable, changed.* from reached left join changed on true`;
    if (row?.allowed && !row.showable) return 'unowned';
    return outcome(row, version) ?? (row as ResourceRow);
  }

  /** @param version the one that is to go; undefined for any */
  async delete(
    id: string,
    reach: Reach,
    version: bigint | undefined,
    origin: AuditOrigin,
  ): Promise<Refusal | undefined> {
    const { sql } = this;
    const { visible, owned } = accessTo(sql, reach);
    const [row] = await sql<{ id: string | null; allowed: boolean }[]>`
      with reached as (
        select r.id, ${owned} as allowed from resource r where r.id = ${id} and ${visible}
      ), gone as (
        delete from resource r using reached
        where r.id = reached.id and reached.allowed ${this.atVersion(version)}
        returning r.id
      ), audited as (${insertAudited(sql, origin, { from: sql`gone`, target: sql`gone.id` })})
      select reached.allowed, gone.id from reached left join gone on true`;
    return outcome(row, version);
  }

  private atVersion(version: bigint | undefined) {
    return version === undefined ? this.sql`` : this.sql`and r.version = ${version}`;
  }
}

/** What a query that acts on one row has to say of it: undefined when it acted. */
function outcome(
  row: { readonly id: string | null; readonly allowed: boolean } | undefined,
  version: bigint | undefined,
): Refusal | undefined {
  if (!row) return 'unknown';
  if (!row.allowed) return 'forbidden';
  if (row.id !== null) return undefined;
  return version === undefined ? 'unknown' : 'stale'; // deleted in between, or changed
}
