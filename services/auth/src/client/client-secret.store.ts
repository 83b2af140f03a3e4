import type { Sql } from '@gatehouse/postgres';

/** All SQL of the table `oauth_client_secret`. */
export class ClientSecretStore {
  /** Adds the newest secret of a client. */
  async insert(tx: Sql, clientId: string, hash: Buffer): Promise<void> {
    await tx`insert into oauth_client_secret (client_id, hash) values (${clientId}, ${hash})`;
  }

  /** Has the newest secret of a client end in so many seconds, and those before it now. */
  async retire(tx: Sql, clientId: string, seconds: number): Promise<void> {
    await tx`delete from oauth_client_secret where client_id = ${clientId} and expires_at is not null`;
    await tx`
      update oauth_client_secret set expires_at = clock_timestamp() + ${seconds} * interval '1 second'
      where client_id = ${clientId}`;
  }

  /** Takes all secrets of a client, for one that has keys now. */
  async deleteAll(tx: Sql, clientId: string): Promise<void> {
    await tx`delete from oauth_client_secret where client_id = ${clientId}`;
  }

  /** The hashes of the secrets of a client that are good. */
  async list(sql: Sql, clientId: string): Promise<Buffer[]> {
    const rows = await sql<{ hash: Buffer }[]>`
      select hash from oauth_client_secret
      where client_id = ${clientId} and (expires_at is null or expires_at > clock_timestamp())
      order by created_at desc`;
    return rows.map(({ hash }) => hash);
  }

  /** Deletes some secrets that are good no more. @returns how many */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from oauth_client_secret where hash in (
        select hash from oauth_client_secret where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}
