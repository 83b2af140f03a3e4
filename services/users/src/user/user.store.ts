import { insertAudited, type AuditOrigin } from '@gatehouse/audit';
import type { Sql } from '@gatehouse/postgres';
import { personColumns } from './person-columns.store.js';

/** A person as the database holds it. */
export interface PersonRow {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly bio: string;
  readonly createTime: Date;
  readonly updateTime: Date;
  readonly version: bigint;
}

/** What may be changed of a person; what is undefined stays. */
export interface PersonChanges {
  readonly displayName: string | undefined;
  readonly bio: string | undefined;
}

/** Why a query did not act. */
export type Refusal =
  /** There is nobody, or not any more. */
  | 'unknown'
  /** The version is not the one asked for. */
  | 'stale';

/**
 * People: those of the directory and the empty rows of those who were erased. What acts at somebody's word leaves its
 * audit event in the same statement.
 */
export class UserStore {
  constructor(private readonly sql: Sql) {}

  async find(id: string): Promise<PersonRow | undefined> {
    const { sql } = this;
    const [row] = await sql<PersonRow[]>`
      select ${personColumns(sql)} from person p where p.id = ${id} and p.erase_time is null`;
    return row;
  }

  /**
   * Changes a person, provided that it has the version that the change is
   * based on; undefined asks for none.
   */
  async update(
    id: string,
    { displayName, bio }: PersonChanges,
    version: bigint | undefined,
    origin: AuditOrigin,
  ): Promise<PersonRow | Refusal> {
    const { sql } = this;
    const isChange = displayName !== undefined || bio !== undefined;
    const [row] = await sql<(PersonRow | { id: null })[]>`
      with found as (
        select p.id from person p where p.id = ${id} and p.erase_time is null
      ), changed as (
        update person p
        set display_name = ${displayName ?? sql`p.display_name`},
            bio = ${bio ?? sql`p.bio`},
            update_time = ${isChange ? sql`clock_timestamp()` : sql`p.update_time`},
            version = p.version + ${isChange ? 1 : 0}
        where p.id = ${id} and p.erase_time is null
          ${version === undefined ? sql`` : sql`and p.version = ${version}`}
        returning ${personColumns(sql)}
      ), audited as (${insertAudited(sql, origin, { from: sql`changed`, target: sql`changed.id` })})
      select changed.* from found left join changed on true`;
    if (!row) return 'unknown';
    if (row.id !== null) return row;
    return version === undefined ? 'unknown' : 'stale'; // erased in between, or changed
  }

  /** Adds the person of an account, unless it is there or was erased. */
  async add({
    id,
    email,
    displayName,
    createTime,
  }: Omit<PersonRow, 'bio' | 'updateTime' | 'version'>): Promise<void> {
    await this.sql`
      insert into person (id, email, display_name, create_time)
      values (${id}, ${email}, ${displayName}, ${createTime})
      on conflict (id) do nothing`;
  }

  /** Empties the row of a person, or makes an empty one, so that nothing brings that person back. */
  async erase(id: string, origin: AuditOrigin): Promise<void> {
    const { sql } = this;
    await sql`
      with erased as (
        insert into person as p (id, email, display_name, bio, create_time, erase_time)
        values (${id}, '', '', '', clock_timestamp(), clock_timestamp())
        on conflict (id) do update
        set email = '', display_name = '', bio = '', create_time = excluded.create_time,
            update_time = excluded.update_time, erase_time = excluded.erase_time, version = p.version + 1
        where p.erase_time is null
      )
      ${insertAudited(sql, origin, { from: sql`(select ${id}::uuid as id) gone`, target: sql`gone.id` })}`;
  }
}
