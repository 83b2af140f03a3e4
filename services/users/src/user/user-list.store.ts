import { containsPattern, type Sql } from '@gatehouse/postgres';
import { personColumns } from './person-columns.store.js';
import type { PersonRow } from './user.store.js';

/** A person in the order of the directory. */
export interface ListedPersonRow extends PersonRow {
  /** What the directory is ordered by, before the id. */
  readonly sortName: string;
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

/** People by the page. */
export class UserListStore {
  constructor(private readonly sql: Sql) {}

  /** One page of people in the order of the directory. */
  async list({ text, inEmails, after, limit }: PersonQuery): Promise<ListedPersonRow[]> {
    const { sql } = this;
    const sortName = sql`lower(p.display_name) collate "C"`;
    const pattern = containsPattern(text);
    const inName = sql`lower(p.display_name) like lower(${pattern})`;
    const found = inEmails ? sql`(${inName} or lower(p.email) like lower(${pattern}))` : inName;
    return sql<ListedPersonRow[]>`
      select ${personColumns(sql)}, ${sortName} as "sortName"
      from person p
      where p.erase_time is null
        ${text === '' ? sql`` : sql`and ${found}`}
        ${after ? sql`and (${sortName}, p.id) > (${after.sortName}, ${after.id})` : sql``}
      order by ${sortName}, p.id
      limit ${limit}`;
  }
}
