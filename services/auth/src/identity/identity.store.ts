import type { Sql } from '@gatehouse/postgres';

/** An identity that is linked to an account. */
export interface IdentityRow {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly createTime: Date;
  readonly lastUseTime: Date | null;
}

/** An identity in its place in a list. */
export interface ListedIdentityRow extends IdentityRow {
  /** When it was linked, to the microsecond, which a Date does not hold. */
  readonly sortKey: string;
}

/** All SQL of the table `identity`. */
export class IdentityStore {
  /** The identities of an account, oldest first, at most `limit` of them. */
  async list(
    sql: Sql,
    accountId: string,
    after: { readonly sortKey: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<ListedIdentityRow[]> {
    // Sent as text: as a timestamp it would be cut to the milliseconds of a Date.
    const beyond = after
      ? sql`and (created_at, id) > (${after.sortKey}::text::timestamptz, ${after.id}::uuid)`
      : sql``;
    return sql<ListedIdentityRow[]>`
      select ${columns(sql)}, created_at::text as "sortKey"
      from identity where account_id = ${accountId} ${beyond}
      order by created_at, id limit ${limit}`;
  }

  /** Whoever does this holds the account's lock. @returns undefined when the account has none of this ID */
  async delete(tx: Sql, accountId: string, id: string): Promise<IdentityRow | undefined> {
    const [row] = await tx<IdentityRow[]>`
      delete from identity where id = ${id} and account_id = ${accountId} returning ${columns(tx)}`;
    return row;
  }

  /**
   * Deletes the identities that are not those of whoever reads the mail of the account: those with another address,
   * and all of an account whose address nobody has verified. For the transaction that verifies it.
   *
   * @returns how many
   */
  async deleteForeign(tx: Sql, accountId: string): Promise<number> {
    const { count } = await tx`
      delete from identity using account
      where account.id = account_id and account_id = ${accountId}
        and (account.email_verified_at is null or identity.email_key is distinct from account.email_key)`;
    return count;
  }

  /** Whether there is a way to sign in to an account: a password or an identity. */
  async hasWayIn(tx: Sql, accountId: string): Promise<boolean> {
    const rows = await tx`
      select from account where id = ${accountId}
        and (password_hash is not null or exists (select from identity where account_id = account.id))`;
    return rows.length > 0;
  }
}

/** The members of an {@link IdentityRow}. */
function columns(sql: Sql) {
  return sql`id, issuer, subject, display_name as "displayName", email, created_at as "createTime",
    last_used_at as "lastUseTime"`;
}
