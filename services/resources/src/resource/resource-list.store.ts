import { containsPattern, type Sql } from '@gatehouse/postgres';
import type { Reach } from './reach.js';
import { resourceColumns } from './resource-columns.store.js';
import type { ResourceRow, StoredVisibility } from './to-resource.js';

/** What lists are ordered by; the id decides among equals. */
export type SortField = 'create_time' | 'update_time' | 'title';

/** Which resources to list, and how. */
export interface ResourceQuery {
  readonly filter: ResourceFilterValues;
  readonly sortBy: SortField;
  readonly descending: boolean;
  /** The last resource of the page before. */
  readonly after: { readonly sortKey: Date | string; readonly id: string } | undefined;
  readonly limit: number;
}

/** What every resource of a list has in common; undefined for anything. */
export interface ResourceFilterValues {
  readonly owner: string | undefined;
  readonly visibility: StoredVisibility | undefined;
  /** A part of the title, in any case. */
  readonly title: string | undefined;
  /** Only those that others share with the caller. */
  readonly sharedWithMe: boolean;
}

/** A resource in its place in a list. */
export interface ListedResourceRow extends ResourceRow {
  readonly sortKey: Date | string;
}

/**
 * How much content a page may hold, in bytes. The largest contents would
 * otherwise make a page of 52 MB, where a message may have 4 MiB. The row that
 * passes the bound still fits, at 256 KiB.
 */
const PAGE_CONTENT_BYTES = 2 * 1024 * 1024;

/** Resources by the page. */
export class ResourceListStore {
  constructor(private readonly sql: Sql) {}

  /**
   * One page of what is in reach, and whether more follows. It is cut by
   * `limit` and, after its first row, by the size of what it holds.
   *
   * What a caller reaches comes from three places, each walked in order and
   * no further than the page: their own, what everyone may see, and shares.
   */
  async list(reach: Reach, { filter, sortBy, descending, after, limit }: ResourceQuery) {
    const { sql } = this;
    const key = this.key(sortBy);
    const way = descending ? sql`desc` : sql`asc`;
    const beyond = descending ? sql`<` : sql`>`;
    const branches = this.branches(reach, filter.sharedWithMe).map(
      (access) => sql`
        (select r.id, ${key} as key from resource r
        where ${access} ${this.matching(filter)}
          ${after ? sql`and (${key}, r.id) ${beyond} (${after.sortKey}, ${after.id})` : sql``}
        order by ${key} ${way}, r.id ${way} limit ${limit + 1})`,
    );
    const candidates = branches.reduce((all, branch) => sql`${all} union ${branch}`);
    const rows = await sql<(ListedResourceRow & { found: bigint })[]>`
      with candidates as (
        ${candidates}
      ), page as (
        select c.id, c.key from candidates c order by c.key ${way}, c.id ${way} limit ${limit + 1}
      ), sized as (
        select ${resourceColumns(sql)}, page.key as "sortKey",
          sum(octet_length(r.content)) over (order by page.key ${way}, page.id ${way}) - octet_length(r.content) as before
        from page join resource r on r.id = page.id
      )
      select r.id, r.owner, r.title, r.content, r.visibility, r."createTime", r."updateTime", r.version, r."sortKey",
        (select count(*) from page) as found
      from sized r where r.before < ${PAGE_CONTENT_BYTES}
      order by r."sortKey" ${way}, r.id ${way}`;
    const page: readonly ListedResourceRow[] = rows.slice(0, limit);
    return { page, more: page.length < Number(rows[0]?.found ?? 0) };
  }

  private key(sortBy: SortField) {
    const { sql } = this;
    switch (sortBy) {
      case 'create_time':
        return sql`r.create_time`;
      case 'update_time':
        return sql`r.update_time`;
      case 'title':
        return sql`lower(r.title) collate "C"`;
    }
  }

  private branches({ subject, all }: Reach, sharedWithMe: boolean) {
    const { sql } = this;
    const shared = sql`r.id in (select s.resource_id from share s where s.subject = ${subject})`;
    if (sharedWithMe) return [sql`${shared} and r.owner <> ${subject}`];
    if (all) return [sql`true`];
    return [sql`r.owner = ${subject}`, sql`r.visibility = 'internal'`, shared];
  }

  private matching({ owner, visibility, title }: ResourceFilterValues) {
    const { sql } = this;
    return sql`
      ${owner === undefined ? sql`` : sql`and r.owner = ${owner}`}
      ${visibility === undefined ? sql`` : sql`and r.visibility = ${visibility}`}
      ${title === undefined ? sql`` : sql`and lower(r.title) like lower(${containsPattern(title)})`}`;
  }
}
