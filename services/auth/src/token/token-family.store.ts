import type { Sql } from '@gatehouse/postgres';

/** Lifetime of a sign-in without a refresh, and whatever happens, in days. */
const IDLE_DAYS = 7;
const ABSOLUTE_DAYS = 30;

/** For how long a spent refresh token still gets its successor, for a client that lost the answer. In seconds. */
const RETRY_WINDOW_SECONDS = 10;

/** Where a refresh token belongs. None of it ever changes. */
export interface FamilyOf {
  readonly familyId: string;
  readonly accountId: string;
  /** When the person signed in, in seconds since the epoch. */
  readonly beganAt: number;
  /** When the sign-in ends whatever happens, in seconds since the epoch. */
  readonly endsAt: number;
}

/** Who begins or uses a sign-in. */
export interface Client {
  /** The user agent, as it calls itself; empty when it does not. */
  readonly device: string;
  /** The IP address. */
  readonly address: string;
}

/** What becomes of a refresh token that is presented. */
export type Presented = 'good' | 'spent just now' | 'spent before' | 'over';

/** All SQL of the tables `token_family` and `refresh_token`. */
export class TokenFamilyStore {
  /** Begins a sign-in with its first refresh token. */
  async begin(
    tx: Sql,
    family: { id: string; accountId: string; firstHash: Buffer },
    { device, address }: Client,
  ): Promise<void> {
    await tx`
      insert into token_family (id, account_id, device, last_address, idle_expires_at, expires_at)
      values (
        ${family.id}, ${family.accountId}, ${device}, ${address},
        clock_timestamp() + ${IDLE_DAYS} * interval '1 day',
        clock_timestamp() + ${ABSOLUTE_DAYS} * interval '1 day'
      )`;
    await tx`insert into refresh_token (hash, family_id) values (${family.firstHash}, ${family.id})`;
  }

  async familyOf(sql: Sql, hash: Buffer): Promise<FamilyOf | undefined> {
    const [row] = await sql<FamilyOf[]>`
      select family_id as "familyId", account_id as "accountId",
        floor(extract(epoch from token_family.created_at))::float8 as "beganAt",
        floor(extract(epoch from expires_at))::float8 as "endsAt"
      from refresh_token join token_family on token_family.id = family_id
      where hash = ${hash}`;
    return row;
  }

  /**
   * Lets one transaction at a time decide about a family, and says how its refresh token stands. It is spent just
   * now for the device that spent it: no other one can have lost the answer.
   */
  async lockAndJudge(tx: Sql, familyId: string, hash: Buffer, device: string): Promise<Presented> {
    // Two statements: the second must see what was committed while the first one waited.
    const locked = tx`select from token_family where id = ${familyId} for update`;
    const judged = tx<{ over: boolean; spent: boolean; lately: boolean }[]>`
      select
        ended_at is not null or least(idle_expires_at, expires_at) <= clock_timestamp() as over,
        spent_at is not null as spent,
        coalesce(spent_at > clock_timestamp() - ${RETRY_WINDOW_SECONDS} * interval '1 second', false)
          and spent_by = ${device} as lately
      from refresh_token join token_family on token_family.id = family_id
      where hash = ${hash} and family_id = ${familyId}`;
    const [, [row]] = await Promise.all([locked, judged]);
    if (!row || row.over) return 'over';
    if (!row.spent) return 'good';
    return row.lately ? 'spent just now' : 'spent before';
  }

  /** Spends one refresh token for the next, and moves the last use and the idle limit. */
  async rotate(
    tx: Sql,
    familyId: string,
    hash: Buffer,
    nextHash: Buffer,
    { device, address }: Client,
  ): Promise<void> {
    await tx`
      update refresh_token set spent_at = clock_timestamp(), spent_by = ${device} where hash = ${hash}`;
    await tx`insert into refresh_token (hash, family_id) values (${nextHash}, ${familyId})`;
    await tx`
      update token_family
      set last_used_at = clock_timestamp(), last_address = ${address},
        idle_expires_at = least(clock_timestamp() + ${IDLE_DAYS} * interval '1 day', expires_at)
      where id = ${familyId}`;
  }

  /** Whether a refresh token of the family is spent; undefined when the family has none of this hash. */
  async isSpent(tx: Sql, familyId: string, hash: Buffer): Promise<boolean | undefined> {
    const [row] = await tx<{ spent: boolean }[]>`
      select spent_at is not null as spent from refresh_token where hash = ${hash} and family_id = ${familyId}`;
    return row?.spent;
  }

  /** @returns whether it had not ended before */
  async end(tx: Sql, familyId: string): Promise<boolean> {
    const rows = await tx`
      update token_family set ended_at = clock_timestamp()
      where id = ${familyId} and ended_at is null
      returning id`;
    return rows.length > 0;
  }

  /**
   * Deletes some of the families that nobody can refresh any more, their refresh tokens first: one that was refreshed
   * for weeks has more of them than one statement deletes in its time. Leaves out what another replica is deleting.
   *
   * @returns how many rows
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const tokens = await sql`
      delete from refresh_token where hash in (
        select hash from refresh_token join token_family on token_family.id = family_id
        where expires_at < statement_timestamp()
        limit ${limit} for update of refresh_token skip locked
      )`;
    if (tokens.count === limit) return limit;
    const families = await sql`
      delete from token_family where id in (
        select id from token_family where expires_at < statement_timestamp()
          and not exists (select from refresh_token where family_id = token_family.id)
        order by expires_at limit ${limit} for update skip locked
      )`;
    return families.count;
  }

  /** Deletes some of the families of an account, which is locked, their refresh tokens first. @returns how many rows */
  async deleteOwned(tx: Sql, accountId: string, limit: number): Promise<number> {
    const tokens = await tx`
      delete from refresh_token where hash in (
        select hash from token_family join refresh_token on family_id = token_family.id
        where account_id = ${accountId} limit ${limit}
      )`;
    if (tokens.count === limit) return limit;
    const families = await tx`
      delete from token_family where id in (
        select id from token_family where account_id = ${accountId} limit ${limit}
      )`;
    return families.count;
  }
}
