import type { Sql } from '@gatehouse/postgres';
import { CODE_SECONDS, type CodePurpose } from './one-time-codes.js';

/** A code as it is issued. */
export interface NewOneTimeCode {
  readonly accountId: string;
  readonly purpose: CodePurpose;
  readonly hash: Buffer;
  /** When its mail was asked for: what its end is counted from. */
  readonly requestTime: Date;
}

/** Whose code it is. */
export interface CodeOwner {
  readonly accountId: string;
  readonly email: string;
}

/** All SQL of the table `one_time_code`. */
export class OneTimeCodeStore {
  /**
   * Makes a code good and ends the older one of its purpose. Doing it again changes nothing: a code that was used
   * stays used.
   *
   * @returns when the code ends; undefined when it is used, older than another or expired, or its account is gone
   * or suspended
   */
  async issue(
    sql: Sql,
    { accountId, purpose, hash, requestTime }: NewOneTimeCode,
  ): Promise<Date | undefined> {
    const expiresAt = new Date(requestTime.getTime() + CODE_SECONDS[purpose] * 1_000);
    const [row] = await sql<{ expires_at: Date }[]>`
      insert into one_time_code (account_id, purpose, hash, requested_at, expires_at)
      select id, ${purpose}, ${hash}, ${requestTime}::timestamptz, ${expiresAt}::timestamptz
      from account
      where id = ${accountId} and suspended_at is null and ${expiresAt}::timestamptz > clock_timestamp()
      on conflict (account_id, purpose) do update
      set hash = excluded.hash, requested_at = excluded.requested_at, expires_at = excluded.expires_at, used_at = null
      where one_time_code.requested_at < excluded.requested_at
        or (one_time_code.requested_at = excluded.requested_at and one_time_code.used_at is null)
      returning expires_at`;
    return row?.expires_at;
  }

  /** @returns whose code it is, when it is good at this moment */
  async ownerOf(sql: Sql, purpose: CodePurpose, hash: Buffer): Promise<CodeOwner | undefined> {
    const [row] = await sql<{ id: string; email: string }[]>`
      select account.id, email
      from one_time_code join account on account.id = account_id
      where hash = ${hash} and purpose = ${purpose}
        and used_at is null and expires_at > clock_timestamp() and suspended_at is null`;
    return row && { accountId: row.id, email: row.email };
  }

  /** Uses a code up: of any number at once, one succeeds. @returns whether it was good */
  async use(tx: Sql, purpose: CodePurpose, hash: Buffer): Promise<boolean> {
    const rows = await tx`
      update one_time_code set used_at = clock_timestamp()
      from account
      where hash = ${hash} and purpose = ${purpose}
        and used_at is null and expires_at > clock_timestamp()
        and account.id = account_id and suspended_at is null
      returning account_id`;
    return rows.length > 0;
  }

  /** Ends the codes of an account, or those of one purpose. */
  async end(tx: Sql, accountId: string, purpose?: CodePurpose): Promise<void> {
    await tx`
      update one_time_code set used_at = clock_timestamp()
      where account_id = ${accountId} and used_at is null and purpose = coalesce(${purpose ?? null}, purpose)`;
  }

  /**
   * Deletes some of the codes that are good no more. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from one_time_code where (account_id, purpose) in (
        select account_id, purpose from one_time_code where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}
