import { randomUUID } from 'node:crypto';
import type { Database } from '@gatehouse/postgres';

/**
 * The names by which sectors know people (OpenID Connect Core, section 8.1), of the table `pairwise_subject`. Each is
 * made at random when it is first needed: nobody can compute who it is, not even with all our secrets.
 */
export class PairwiseSubjects {
  constructor(private readonly database: Database) {}

  async of(sector: string, accountId: string): Promise<string> {
    const { sql } = this.database;
    await sql`
      insert into pairwise_subject (sector, account_id, subject) values (${sector}, ${accountId}, ${randomUUID()})
      on conflict (sector, account_id) do nothing`;
    const [row] = await sql<[{ subject: string }]>`
      select subject from pairwise_subject where sector = ${sector} and account_id = ${accountId}`;
    return row.subject;
  }
}
