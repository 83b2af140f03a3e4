import type { Sql } from '@gatehouse/postgres';
import { KNOWN_ADDRESS_DAYS } from './limit-policy.js';

/** All SQL of the table `known_address`. */
export class KnownAddressStore {
  /** @param key of {@link LimitKeys.ofPair} */
  async isKnown(sql: Sql, key: string): Promise<boolean> {
    const rows = await sql`select from known_address where key = ${key} and expires_at > clock_timestamp()`;
    return rows.length > 0;
  }

  /** Keeps an address as the account's own, unless that is gone; writes once a day at most. */
  async remember(sql: Sql, key: string, accountId: string): Promise<void> {
    await sql`
      insert into known_address as known (key, account_id, expires_at)
      select ${key}, id, clock_timestamp() + ${KNOWN_ADDRESS_DAYS} * interval '1 day'
      from account where id = ${accountId} for key share
      on conflict (key) do update set expires_at = excluded.expires_at, account_id = excluded.account_id
      where known.expires_at < excluded.expires_at - interval '1 day' or known.account_id <> excluded.account_id`;
  }

  /** Deletes some that nobody has used for long. @returns how many */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from known_address where key in (
        select key from known_address where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}
