import type { Sql } from '@gatehouse/postgres';

/** What a sign-in is decided by. */
export interface Credentials {
  readonly id: string;
  readonly email: string;
  /** Undefined for an account without a password. */
  readonly passwordHash: string | undefined;
  /** Moves when the password changes. */
  readonly passwordVersion: number;
}

/** An account as its owner sees it. */
export interface AccountRow {
  readonly id: string;
  readonly email: string;
  /** In alphabetical order. */
  readonly roles: readonly string[];
  readonly createTime: Date;
  /** Whether it was shown that the owner reads the mail of the address. */
  readonly emailVerified: boolean;
  readonly passwordSet: boolean;
}

/** What an access token may say of an account at the moment of its issue. */
export interface IssueFacts {
  readonly passwordVersion: number;
  readonly passwordSet: boolean;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  /** Seconds since the epoch, by the database's clock, later than every not-before of the account. */
  readonly issuedAt: number;
}

/** All SQL of the table `account`. */
export class AccountStore {
  /** @returns when it was made, or undefined when the address is taken */
  async insert(
    tx: Sql,
    account: {
      readonly id: string;
      readonly email: string;
      readonly emailKey: string;
      readonly passwordHash: string | undefined;
      readonly emailVerified: boolean;
    },
  ): Promise<Date | undefined> {
    const [row] = await tx<{ created_at: Date }[]>`
      insert into account (id, email, email_key, password_hash, email_verified_at)
      values (
        ${account.id}, ${account.email}, ${account.emailKey}, ${account.passwordHash ?? null},
        case when ${account.emailVerified} then clock_timestamp() end
      )
      on conflict (email_key) do nothing
      returning created_at`;
    return row?.created_at;
  }

  async findByEmailKey(sql: Sql, emailKey: string): Promise<Credentials | undefined> {
    const [row] = await sql<CredentialsRow[]>`
      select id, email, password_hash, password_version from account where email_key = ${emailKey}`;
    return row && toCredentials(row);
  }

  async findCredentials(sql: Sql, id: string): Promise<Credentials | undefined> {
    const [row] = await sql<CredentialsRow[]>`
      select id, email, password_hash, password_version from account where id = ${id}`;
    return row && toCredentials(row);
  }

  async find(sql: Sql, id: string): Promise<AccountRow | undefined> {
    const [row] = await sql<AccountFields[]>`
      select id, email, created_at, email_verified_at is not null as email_verified,
        password_hash is not null as password_set,
        array(select role from account_role where account_id = account.id order by role) as roles
      from account where id = ${id}`;
    return (
      row && {
        id: row.id,
        email: row.email,
        roles: row.roles,
        createTime: row.created_at,
        emailVerified: row.email_verified,
        passwordSet: row.password_set,
      }
    );
  }

  /**
   * Reads what an access token may say, and keeps roles and password from changing until the transaction ends.
   * Whoever changes them takes {@link lock} first and sets a not-before then: either this reads the new roles,
   * or its issue time is before that not-before.
   *
   * @returns undefined when the account is gone or suspended
   */
  async lockForIssue(tx: Sql, id: string): Promise<IssueFacts | undefined> {
    // Two statements: the second must see what was committed while the first one waited.
    const locked = tx`select from account where id = ${id} for share`;
    const read = tx<IssueFields[]>`
      select password_version, password_hash is not null as password_set,
        email_verified_at is not null as email_verified,
        array(select role from account_role where account_id = account.id order by role) as roles,
        greatest(
          floor(extract(epoch from clock_timestamp())),
          floor(extract(epoch from tokens_not_before)) + 1
        )::float8 as issued_at
      from account where id = ${id} and suspended_at is null`;
    const [, [row]] = await Promise.all([locked, read]);
    return (
      row && {
        passwordVersion: row.password_version,
        passwordSet: row.password_set,
        emailVerified: row.email_verified,
        roles: row.roles,
        issuedAt: row.issued_at,
      }
    );
  }

  /** Keeps everyone else from changing the account, and from issuing tokens for it. @returns whether it exists */
  async lock(tx: Sql, id: string): Promise<boolean> {
    const rows = await tx`select from account where id = ${id} for update`;
    return rows.length > 0;
  }

  /** @returns false when the password changed since this version */
  async changePassword(tx: Sql, id: string, version: number, passwordHash: string): Promise<boolean> {
    const rows = await tx`
      update account set password_hash = ${passwordHash}, password_version = password_version + 1
      where id = ${id} and password_version = ${version}
      returning id`;
    return rows.length > 0;
  }

  /** Sets a password that was not proven by the one before but by the mailbox, which that verifies. */
  async resetPassword(tx: Sql, id: string, passwordHash: string): Promise<void> {
    await tx`
      update account
      set password_hash = ${passwordHash}, password_version = password_version + 1,
        email_verified_at = coalesce(email_verified_at, clock_timestamp())
      where id = ${id}`;
  }

  async verifyEmail(tx: Sql, id: string): Promise<void> {
    await tx`
      update account set email_verified_at = coalesce(email_verified_at, clock_timestamp()) where id = ${id}`;
  }

  /** Whoever does this holds {@link lock}. @returns whether it was not suspended before */
  async suspend(tx: Sql, id: string): Promise<boolean> {
    const rows = await tx`
      update account set suspended_at = clock_timestamp() where id = ${id} and suspended_at is null returning id`;
    return rows.length > 0;
  }

  async reinstate(tx: Sql, id: string): Promise<void> {
    await tx`update account set suspended_at = null where id = ${id}`;
  }

  /** Stores the same password hashed anew; does nothing when it changed meanwhile. */
  async rehashPassword(sql: Sql, id: string, version: number, passwordHash: string): Promise<void> {
    await sql`
      update account set password_hash = ${passwordHash} where id = ${id} and password_version = ${version}`;
  }

  /**
   * From now on access tokens say a later second than this moment, or than those that were issued right after the
   * moment before it.
   *
   * @returns that moment
   */
  async setNotBefore(tx: Sql, id: string, moment: Date): Promise<Date> {
    const [row] = await tx<[{ tokens_not_before: Date }]>`
      update account
      set tokens_not_before =
        greatest(${moment}::timestamptz, date_trunc('second', tokens_not_before) + interval '1 second')
      where id = ${id}
      returning tokens_not_before`;
    return row.tokens_not_before;
  }

  /** Deletes the account with its roles, families and refresh tokens. */
  async delete(tx: Sql, id: string): Promise<void> {
    await tx`delete from account where id = ${id}`;
  }
}

interface AccountFields {
  readonly id: string;
  readonly email: string;
  readonly created_at: Date;
  readonly email_verified: boolean;
  readonly password_set: boolean;
  readonly roles: string[];
}

interface IssueFields {
  readonly password_version: number;
  readonly password_set: boolean;
  readonly email_verified: boolean;
  readonly roles: string[];
  readonly issued_at: number;
}

interface CredentialsRow {
  readonly id: string;
  readonly email: string;
  readonly password_hash: string | null;
  readonly password_version: number;
}

function toCredentials(row: CredentialsRow): Credentials {
  return {
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash ?? undefined,
    passwordVersion: row.password_version,
  };
}
