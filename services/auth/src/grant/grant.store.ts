import type { Sql } from '@gatehouse/postgres';
import { ACCESS_TOKEN_HORIZON_SECONDS } from '../config.js';

/** How long a grant lasts from the last consent on, in days. */
const GRANT_DAYS = 365;

/** How often the last use of a grant is written down, in seconds. */
const USE_SECONDS = 60;

/** How long a grant that is over is kept for whoever looks into it, in days. */
const KEPT_DAYS = 30;

/** Rows that one statement changes, far below the statement timeout: anybody may use a client. */
const BATCH = 10_000;

/** What a person has consented to. */
export interface Consent {
  /** `openid`, `profile`, `email`, `offline_access`. */
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  /** What was asked for as well and the person could not give, as they do not hold it. */
  readonly withheld: readonly string[];
}

/** A grant that is live. */
export interface GrantRow {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly consent: Consent;
  /** In seconds since the epoch. */
  readonly createdAt: number;
  readonly endsAt: number;
}

/** A grant as its owner sees it. */
export interface ListedGrantRow {
  readonly id: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly clientHomeUri: string | null;
  readonly consent: Consent;
  readonly createTime: Date;
  readonly lastUseTime: Date | null;
  readonly expireTime: Date;
  /** Its creation to the microsecond, which a Date does not hold. */
  readonly sortKey: string;
}

/** All SQL of the table `oauth_grant`. */
export class GrantStore {
  /**
   * Writes down a consent: as the grant of a client, or as what its grant is from now on. It is remembered which identity
   * the session of the person began with.
   *
   * @returns the grant's ID
   */
  async consent(
    tx: Sql,
    grant: {
      readonly id: string;
      readonly accountId: string;
      readonly clientId: string;
      readonly sessionId: string;
    },
    consent: Consent,
  ): Promise<string> {
    const [row] = await tx<[{ id: string }]>`
      insert into oauth_grant (id, account_id, client_id, consent, identity_id, expires_at)
      values (
        ${grant.id}, ${grant.accountId}, ${grant.clientId}, ${tx.json(consent as never)},
        (select identity_id from session where id = ${grant.sessionId}),
        clock_timestamp() + ${GRANT_DAYS} * interval '1 day'
      )
      on conflict (account_id, client_id) where ended_at is null do update
      set consent = excluded.consent, expires_at = excluded.expires_at,
        identity_id = coalesce(excluded.identity_id, oauth_grant.identity_id)
      returning id`;
    return row.id;
  }

  /** The grant of a client, if a person has given one that is live. */
  async findOf(sql: Sql, accountId: string, clientId: string): Promise<GrantRow | undefined> {
    const [row] = await sql<GrantRow[]>`
      select ${columns(sql)} from oauth_grant
      where account_id = ${accountId} and client_id = ${clientId} and ${live(sql)}`;
    return row;
  }

  async find(sql: Sql, id: string): Promise<GrantRow | undefined> {
    const [row] = await sql<GrantRow[]>`
      select ${columns(sql)} from oauth_grant where id = ${id} and ${live(sql)}`;
    return row;
  }

  /**
   * Keeps a grant from ending until the transaction does. One at a time: two that shared the lock would wait for each
   * other in {@link use}.
   *
   * @returns undefined when it is over
   */
  async lockForIssue(tx: Sql, id: string): Promise<GrantRow | undefined> {
    const [row] = await tx<GrantRow[]>`
      select ${columns(tx)} from oauth_grant where id = ${id} and ${live(tx)} for no key update`;
    return row;
  }

  /** Writes down that it is used, to the minute; by another client than its own if that is so. */
  async use(tx: Sql, id: string, isExchange = false): Promise<void> {
    await tx`
      update oauth_grant set
        last_used_at = clock_timestamp(),
        exchanged_at = case when ${isExchange} then clock_timestamp() else exchanged_at end
      where id = ${id} and (
        ${isExchange} or last_used_at is null
        or last_used_at <= clock_timestamp() - ${USE_SECONDS} * interval '1 second'
      )`;
  }

  /** @returns whose and which client's it was; undefined when it had ended before, or is not that account's */
  async end(
    tx: Sql,
    id: string,
    accountId?: string,
  ): Promise<{ readonly accountId: string; readonly clientId: string } | undefined> {
    const [row] = await tx<{ accountId: string; clientId: string }[]>`
      update oauth_grant set ended_at = clock_timestamp()
      where id = ${id} and ended_at is null and account_id = coalesce(${accountId ?? null}::uuid, account_id)
      returning account_id as "accountId", client_id as "clientId"`;
    return row;
  }

  /** Ends every grant of an account, which is locked. @returns those that ended now */
  async endAll(tx: Sql, accountId: string): Promise<string[]> {
    const rows = await tx<{ id: string }[]>`
      update oauth_grant set ended_at = clock_timestamp()
      where account_id = ${accountId} and ended_at is null
      returning id`;
    return rows.map(({ id }) => id);
  }

  /** Ends the grants of an account, which is locked, that were given with an identity. @returns those that ended now */
  async endOfIdentity(tx: Sql, accountId: string, identityId: string): Promise<string[]> {
    // As text: a form may say anything.
    const rows = await tx<{ id: string }[]>`
      update oauth_grant set ended_at = clock_timestamp()
      where account_id = ${accountId} and identity_id::text = ${identityId} and ended_at is null
      returning id`;
    return rows.map(({ id }) => id);
  }

  /**
   * Ends every grant of a client, which is locked, a batch at a time.
   *
   * @returns those of which another client may hold something that is good
   */
  async endAllOfClient(tx: Sql, clientId: string): Promise<string[]> {
    const handedOn: string[] = [];
    let rows: readonly { id: string; handed_on: boolean }[];
    do {
      rows = await tx<{ id: string; handed_on: boolean }[]>`
        update oauth_grant set ended_at = clock_timestamp()
        where id in (
          select id from oauth_grant where client_id = ${clientId} and ended_at is null limit ${BATCH}
        )
        returning id, coalesce(
          exchanged_at > clock_timestamp() - ${ACCESS_TOKEN_HORIZON_SECONDS} * interval '1 second', false
        ) as handed_on`;
      for (const { id, handed_on } of rows) if (handed_on) handedOn.push(id);
    } while (rows.length === BATCH);
    return handedOn;
  }

  /** The live grants of an account, newest first, at most `limit` of them. */
  async list(
    sql: Sql,
    accountId: string,
    after: { readonly sortKey: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<ListedGrantRow[]> {
    // Sent as text: as a timestamp it would be cut to the milliseconds of a Date.
    const beyond = after
      ? sql`and (oauth_grant.created_at, oauth_grant.id) < (${after.sortKey}::text::timestamptz, ${after.id}::uuid)`
      : sql``;
    return sql<ListedGrantRow[]>`
      select oauth_grant.id, client_id as "clientId", display_name as "clientName", home_uri as "clientHomeUri",
        consent, oauth_grant.created_at as "createTime", last_used_at as "lastUseTime",
        expires_at as "expireTime", oauth_grant.created_at::text as "sortKey"
      from oauth_grant join oauth_client on oauth_client.id = client_id
      where account_id = ${accountId} and ${live(sql)} ${beyond}
      order by oauth_grant.created_at desc, oauth_grant.id desc limit ${limit}`;
  }

  /**
   * Deletes some of the grants that were over long ago. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from oauth_grant where id in (
        select id from oauth_grant
        where least(expires_at, ended_at) < statement_timestamp() - ${KEPT_DAYS} * interval '1 day'
        order by least(expires_at, ended_at) limit ${limit} for update skip locked
      )`;
    return count;
  }
}

/** The members of a {@link GrantRow}. */
function columns(sql: Sql) {
  return sql`id, account_id as "accountId", client_id as "clientId", consent,
    floor(extract(epoch from created_at))::float8 as "createdAt",
    floor(extract(epoch from expires_at))::float8 as "endsAt"`;
}

function live(sql: Sql) {
  return sql`ended_at is null and expires_at > clock_timestamp()`;
}
