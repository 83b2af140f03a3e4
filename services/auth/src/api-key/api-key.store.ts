import type { Sql } from '@gatehouse/postgres';

/** How often a key's last use is written down, in seconds: a busy program costs no row for each exchange. */
const USE_SECONDS = 60;

/**
 * How long a key that is over is kept, in days: so long its refusals are told apart from those of strangers, and
 * show its owner the program that was forgotten.
 */
const KEPT_DAYS = 30;

/** What a key is proved by and what it is good for. None of it ever changes. */
export interface ApiKeyFacts {
  readonly accountId: string;
  readonly secretHash: Buffer;
  readonly permissions: readonly string[];
  /** CIDR blocks as PostgreSQL writes them; any address when empty. */
  readonly allowedAddresses: readonly string[];
}

/** How a key stands at the moment. */
export interface ApiKeyStanding {
  readonly revoked: boolean;
  /** In whole seconds since the epoch. */
  readonly endsAt: number;
}

/** A key as its owner sees it. */
export interface ApiKeyRow {
  readonly id: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly allowedAddresses: readonly string[];
  readonly createTime: Date;
  readonly expireTime: Date;
  readonly lastUseTime: Date | null;
  readonly successorId: string | null;
}

/** A key of an account, whether it is good or over. */
export interface OwnApiKeyRow extends ApiKeyRow {
  readonly good: boolean;
}

/** A key in its place in a list. */
export interface ListedApiKeyRow extends ApiKeyRow {
  /** When it was made, to the microsecond, which a Date does not hold. */
  readonly sortKey: string;
}

/** What a new key is made of. */
export interface NewApiKeyRow {
  readonly id: string;
  readonly secretHash: Buffer;
  readonly accountId: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly allowedAddresses: readonly string[];
  readonly lifetimeSeconds: number;
}

/** All SQL of the table `api_key`. */
export class ApiKeyStore {
  async insert(tx: Sql, key: NewApiKeyRow): Promise<ApiKeyRow> {
    const [row] = await tx<[ApiKeyRow]>`
      insert into api_key (
        id, account_id, display_name, secret_hash, permissions, allowed_addresses, expires_at
      ) values (
        ${key.id}, ${key.accountId}, ${key.displayName}, ${key.secretHash}, ${[...key.permissions]},
        ${[...key.allowedAddresses]}::text[]::cidr[],
        clock_timestamp() + ${key.lifetimeSeconds} * interval '1 second'
      )
      returning ${columns(tx)}`;
    return row;
  }

  /** Inserts another key that is like this one, and says so of this one. */
  async insertSuccessor(
    tx: Sql,
    id: string,
    successor: { readonly id: string; readonly secretHash: Buffer },
  ): Promise<ApiKeyRow> {
    const [row] = await tx<[ApiKeyRow]>`
      insert into api_key (
        id, account_id, display_name, secret_hash, permissions, allowed_addresses, expires_at
      )
      select ${successor.id}::uuid, account_id, display_name, ${successor.secretHash}::bytea, permissions,
        allowed_addresses, expires_at
      from api_key where id = ${id}
      returning ${columns(tx)}`;
    await tx`update api_key set successor_id = ${successor.id} where id = ${id}`;
    return row;
  }

  /** Has a key end in so many seconds, unless it ends before. */
  async endWithin(tx: Sql, id: string, seconds: number): Promise<void> {
    await tx`
      update api_key set expires_at = least(expires_at, clock_timestamp() + ${seconds} * interval '1 second')
      where id = ${id}`;
  }

  /** @returns whether it was not revoked before */
  async revoke(tx: Sql, id: string): Promise<boolean> {
    const rows = await tx`
      update api_key set revoked_at = clock_timestamp() where id = ${id} and revoked_at is null
      returning id`;
    return rows.length > 0;
  }

  /**
   * Revokes the keys of an account whose address nobody has verified: whoever made them need not be the reader of its
   * mail. For the transaction that verifies it and revokes what the keys were exchanged for.
   */
  async revokeForeign(tx: Sql, accountId: string): Promise<void> {
    await tx`
      update api_key set revoked_at = clock_timestamp()
      from account
      where account.id = account_id and account_id = ${accountId} and email_verified_at is null
        and revoked_at is null`;
  }

  /** How many good keys an account has: those that go on, and those that were rotated and end soon. */
  async count(tx: Sql, accountId: string): Promise<{ lasting: number; rotated: number }> {
    const [row] = await tx<[{ lasting: number; rotated: number }]>`
      select
        count(*) filter (where successor_id is null)::int4 as lasting,
        count(*) filter (where successor_id is not null)::int4 as rotated
      from api_key where account_id = ${accountId} and ${isGood(tx)}`;
    return row;
  }

  async facts(sql: Sql, id: string): Promise<ApiKeyFacts | undefined> {
    const [row] = await sql<ApiKeyFacts[]>`
      select account_id as "accountId", secret_hash as "secretHash", permissions,
        allowed_addresses::text[] as "allowedAddresses"
      from api_key where id = ${id}`;
    return row;
  }

  /** Undefined when it is gone. Whoever changes a key holds the lock of its account. */
  async standing(tx: Sql, id: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await tx<ApiKeyStanding[]>`
      select revoked_at is not null as revoked, floor(extract(epoch from expires_at))::float8 as "endsAt"
      from api_key where id = ${id}`;
    return row;
  }

  /** Writes down that it is used; once a minute at most. */
  async use(tx: Sql, id: string): Promise<void> {
    await tx`
      update api_key set last_used_at = clock_timestamp()
      where id = ${id}
        and (last_used_at is null or last_used_at <= clock_timestamp() - ${USE_SECONDS} * interval '1 second')`;
  }

  async find(sql: Sql, accountId: string, id: string): Promise<OwnApiKeyRow | undefined> {
    const [row] = await sql<OwnApiKeyRow[]>`
      select ${columns(sql)}, ${isGood(sql)} as good
      from api_key where id = ${id} and account_id = ${accountId}`;
    return row;
  }

  /** The good keys of an account, newest first, at most `limit` of them. */
  async list(
    sql: Sql,
    accountId: string,
    after: { readonly sortKey: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<ListedApiKeyRow[]> {
    // Sent as text: as a timestamp it would be cut to the milliseconds of a Date.
    const beyond = after
      ? sql`and (created_at, id) < (${after.sortKey}::text::timestamptz, ${after.id}::uuid)`
      : sql``;
    return sql<ListedApiKeyRow[]>`
      select ${columns(sql)}, created_at::text as "sortKey"
      from api_key where account_id = ${accountId} and ${isGood(sql)} ${beyond}
      order by created_at desc, id desc limit ${limit}`;
  }

  /**
   * Deletes some of the keys that were over long ago. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from api_key where id in (
        select id from api_key
        where least(expires_at, revoked_at) < statement_timestamp() - ${KEPT_DAYS} * interval '1 day'
        order by least(expires_at, revoked_at) limit ${limit} for update skip locked
      )`;
    return count;
  }
}

/** The members of an {@link ApiKeyRow}. */
function columns(sql: Sql) {
  return sql`id, display_name as "displayName", permissions, allowed_addresses::text[] as "allowedAddresses",
    created_at as "createTime", expires_at as "expireTime", last_used_at as "lastUseTime",
    successor_id as "successorId"`;
}

function isGood(sql: Sql) {
  return sql`(revoked_at is null and expires_at > clock_timestamp())`;
}
