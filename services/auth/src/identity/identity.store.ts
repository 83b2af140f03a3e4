import { randomUUID } from 'node:crypto';
import type { Sql } from '@gatehouse/postgres';
import { emailKey } from '../account/email-key.js';

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

/** Somebody as a provider names them. */
export interface NewIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly displayName: string;
  /** Null unless the provider calls it verified. */
  readonly email: string | null;
}

/** The account that an identity signs in to. */
export interface LinkedAccount {
  /** Of the identity. */
  readonly id: string;
  readonly accountId: string;
  readonly accountEmail: string;
}

/** All SQL of the table `identity`. */
export class IdentityStore {
  /** Finds an account: by issuer and subject, and by nothing else. */
  async find(
    sql: Sql,
    { issuer, subject }: Pick<NewIdentity, 'issuer' | 'subject'>,
  ): Promise<LinkedAccount | undefined> {
    const [row] = await sql<LinkedAccount[]>`
      select identity.id, account_id as "accountId", account.email as "accountEmail"
      from identity join account on account.id = account_id
      where issuer = ${issuer} and subject = ${subject}`;
    return row;
  }

  /** Links an identity to an account. @returns its ID; undefined when it was linked already */
  async insert(
    tx: Sql,
    accountId: string,
    { issuer, subject, displayName, email }: NewIdentity,
  ): Promise<string | undefined> {
    const [row] = await tx<{ id: string }[]>`
      insert into identity (id, account_id, issuer, subject, display_name, email, email_key)
      values (
        ${randomUUID()}, ${accountId}, ${issuer}, ${subject}, ${displayName}, ${email}, ${email && emailKey(email)}
      )
      on conflict (issuer, subject) do nothing
      returning id`;
    return row?.id;
  }

  /** Writes down that somebody signs in with it, and what they are called now. @returns whether it is still linked */
  async use(tx: Sql, id: string, { displayName, email }: NewIdentity): Promise<boolean> {
    const rows = await tx`
      update identity
      set last_used_at = clock_timestamp(), display_name = ${displayName}, email = ${email},
        email_key = ${email && emailKey(email)}
      where id = ${id}
      returning id`;
    return rows.length > 0;
  }

  async count(tx: Sql, accountId: string): Promise<number> {
    const [row] = await tx<[{ count: number }]>`
      select count(*)::int4 as count from identity where account_id = ${accountId}`;
    return row.count;
  }

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
    // As text: a form may say anything.
    const [row] = await tx<IdentityRow[]>`
      delete from identity where id::text = ${id} and account_id = ${accountId} returning ${columns(tx)}`;
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
