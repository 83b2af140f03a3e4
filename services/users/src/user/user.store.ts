import { containsPattern, type Sql } from '@gatehouse/postgres';

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

/** A person in the order of the directory. */
export interface ListedPersonRow extends PersonRow {
  /** What the directory is ordered by, before the id. */
  readonly sortName: string;
}

/** What may be changed of a person; what is undefined stays. */
export interface PersonChanges {
  readonly displayName: string | undefined;
  readonly bio: string | undefined;
}

/** Which people to list. */
export interface PersonQuery {
  /** A part of the name, in any case; empty for everyone. */
  readonly text: string;
  /** Whether `text` is also looked for in addresses. */
  readonly inEmails: boolean;
  /** The last person of the page before. */
  readonly after: { readonly sortName: string; readonly id: string } | undefined;
  readonly limit: number;
}

/** Nobody is there, or not any more. */
export const MISSING = 'missing';
/** The version asked for is not the current one. */
export const STALE = 'stale';

/** People: those of the directory and the empty rows of those who were erased. */
export class UserStore {
  constructor(private readonly sql: Sql) {}

  async find(id: string): Promise<PersonRow | undefined> {
    const [row] = await this.sql<PersonRow[]>`
      select ${this.columns()} from person p where p.id = ${id} and p.erase_time is null`;
    return row;
  }

  /** One page of people in the order of the directory. */
  async list({ text, inEmails, after, limit }: PersonQuery): Promise<ListedPersonRow[]> {
    const { sql } = this;
    const pattern = containsPattern(text);
    const inName = sql`lower(p.display_name) like lower(${pattern})`;
    const found = inEmails ? sql`(${inName} or lower(p.email) like lower(${pattern}))` : inName;
    return sql<ListedPersonRow[]>`
      select ${this.columns()}, ${this.sortName()} as "sortName"
      from person p
      where p.erase_time is null
        ${text === '' ? sql`` : sql`and ${found}`}
        ${after ? sql`and (${this.sortName()}, p.id) > (${after.sortName}, ${after.id})` : sql``}
      order by ${this.sortName()}, p.id
      limit ${limit}`;
  }

  /**
   * Changes a person, provided that it has the version that the change is
   * based on; undefined asks for none.
   */
  async update(
    id: string,
    { displayName, bio }: PersonChanges,
    version: bigint | undefined,
  ): Promise<PersonRow | typeof MISSING | typeof STALE> {
    const { sql } = this;
    const [row] = await sql<(PersonRow & { found: string })[]>`
      with found as (
        select p.id from person p where p.id = ${id} and p.erase_time is null
      ), changed as (
        update person p
        set display_name = ${displayName ?? sql`p.display_name`},
            bio = ${bio ?? sql`p.bio`},
            update_time = clock_timestamp(),
            version = p.version + 1
        where p.id = ${id} and p.erase_time is null
          ${version === undefined ? sql`` : sql`and p.version = ${version}`}
        returning ${this.columns()}
      )
      select found.id as found, changed.* from found left join changed on true`;
    if (!row) return MISSING;
    if (row.id !== null) return row;
    return version === undefined ? MISSING : STALE; // erased in between, or changed
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
  async erase(id: string): Promise<void> {
    await this.sql`
      insert into person as p (id, email, display_name, bio, create_time, erase_time)
      values (${id}, '', '', '', clock_timestamp(), clock_timestamp())
      on conflict (id) do update
      set email = '', display_name = '', bio = '', create_time = excluded.create_time,
          update_time = excluded.update_time, erase_time = excluded.erase_time, version = p.version + 1
      where p.erase_time is null`;
  }

  private columns() {
    return this.sql`
      p.id, p.email, p.display_name as "displayName", p.bio,
      p.create_time as "createTime", p.update_time as "updateTime", p.version`;
  }

  private sortName() {
    return this.sql`lower(p.display_name) collate "C"`;
  }
}
