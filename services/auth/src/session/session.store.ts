import type { Sql } from '@gatehouse/postgres';

/**
 * Lifetime of a session that nobody uses, in hours, and of any, in days. A password alone is AAL1, for which NIST
 * SP 800-63B-4 (section 2.1.3) has people sign in again after 30 days and asks for no idle limit; a browser that
 * was left alone for a day is taken for abandoned all the same.
 */
const IDLE_HOURS = 24;
const ABSOLUTE_DAYS = 30;

/** How often a session's last use is written down, in seconds: reads of a busy browser cost no row each. */
const USE_SECONDS = 60;

/** Rows that one statement changes, far below the statement timeout: a program may sign in very often. */
const BATCH = 10_000;

/**
 * For how long a sign-in is taken to have access tokens that are good, in minutes since its last use. They live for five;
 * the rest is for a clock of the database that was set forward.
 */
const RECENT_MINUTES = 60;

/** Whose session a secret is. None of it ever changes. */
export interface SessionOf {
  readonly sessionId: string;
  readonly accountId: string;
  /** When the person signed in, in seconds since the epoch. */
  readonly beganAt: number;
  /** When it ends whatever happens, in seconds since the epoch. */
  readonly endsAt: number;
}

/** Who is signed in behind a secret, as pages show it. */
export interface SignedIn {
  readonly sessionId: string;
  readonly accountId: string;
  readonly email: string;
  /** When the person signed in, in seconds since the epoch. */
  readonly beganAt: number;
}

/** How a session stands: live, or why not. */
export type SessionState = 'LIVE' | 'SESSION_ENDED' | 'SESSION_EXPIRED' | 'SESSION_IDLE';

/** A sign-in as its owner sees it, whatever it is held by. */
export interface SessionRow {
  /** The kind of revocation that ends its access tokens. */
  readonly kind: 'session' | 'family';
  readonly id: string;
  readonly device: string;
  readonly address: string;
  readonly createTime: Date;
  readonly lastUseTime: Date;
  readonly idleExpireTime: Date;
  readonly expireTime: Date;
}

/** A sign-in that has ended with all others. */
export interface EndedRow {
  readonly kind: SessionRow['kind'];
  readonly key: string;
  /** Whether there may be access tokens of it. */
  readonly isRecent: boolean;
}

/** A sign-in in its place in a list. */
export interface ListedSessionRow extends SessionRow {
  /** Its last use to the microsecond, which a Date does not hold. */
  readonly sortKey: string;
}

/** All SQL of the table `session`, and of it together with `token_family` where both count as sessions. */
export class SessionStore {
  async begin(
    tx: Sql,
    session: {
      id: string;
      accountId: string;
      hash: Buffer;
      device: string;
      address: string;
      /** When the person proved who they are, in seconds since the epoch; undefined for this moment. */
      authTime: number | undefined;
      /** What they signed in with; undefined for a password. */
      identityId: string | undefined;
    },
  ): Promise<SessionRow> {
    const [row] = await tx<[SessionRow]>`
      insert into session (id, account_id, hash, device, last_address, auth_time, identity_id, idle_expires_at, expires_at)
      values (
        ${session.id}, ${session.accountId}, ${session.hash}, ${session.device}, ${session.address},
        to_timestamp(${session.authTime ?? null}), ${session.identityId ?? null},
        clock_timestamp() + ${IDLE_HOURS} * interval '1 hour',
        clock_timestamp() + ${ABSOLUTE_DAYS} * interval '1 day'
      )
      returning 'session' as kind, ${columns(tx)}`;
    return row;
  }

  async sessionOf(sql: Sql, hash: Buffer): Promise<SessionOf | undefined> {
    const [row] = await sql<SessionOf[]>`
      select id as "sessionId", account_id as "accountId",
        floor(extract(epoch from ${signedInAt(sql)}))::float8 as "beganAt",
        floor(extract(epoch from expires_at))::float8 as "endsAt"
      from session where hash = ${hash}`;
    return row;
  }

  /** Who is signed in behind a secret; undefined when the session is over or the account may not sign in. */
  async signedIn(sql: Sql, hash: Buffer, requiresVerifiedEmail: boolean): Promise<SignedIn | undefined> {
    const [row] = await sql<SignedIn[]>`
      select session.id as "sessionId", account_id as "accountId", email,
        floor(extract(epoch from ${signedInAt(sql)}))::float8 as "beganAt"
      from session join account on account.id = account_id
      where hash = ${hash} and ${live(sql)} and suspended_at is null
        and (email_verified_at is not null or not ${requiresVerifiedEmail}::boolean)`;
    return row;
  }

  /** Lets one transaction at a time decide about a session, and says how it stands. */
  async lockAndJudge(tx: Sql, id: string): Promise<SessionState> {
    // Two statements: the second must see what was committed while the first one waited.
    const locked = tx`select from session where id = ${id} for update`;
    const judged = tx<{ state: SessionState }[]>`
      select case
        when ended_at is not null then 'SESSION_ENDED'
        when expires_at <= clock_timestamp() then 'SESSION_EXPIRED'
        when idle_expires_at <= clock_timestamp() then 'SESSION_IDLE'
        else 'LIVE'
      end as state from session where id = ${id}`;
    const [, [row]] = await Promise.all([locked, judged]);
    return row?.state ?? 'SESSION_ENDED';
  }

  /** Writes down that it is used, and moves the idle limit; once a minute at most. */
  async use(tx: Sql, id: string, address: string): Promise<void> {
    await tx`
      update session set
        last_used_at = clock_timestamp(),
        last_address = ${address},
        idle_expires_at = least(clock_timestamp() + ${IDLE_HOURS} * interval '1 hour', expires_at)
      where id = ${id} and last_used_at <= clock_timestamp() - ${USE_SECONDS} * interval '1 second'`;
  }

  /** Sessions and token families of an account that are live, last used first, at most `limit` of them. */
  async list(
    sql: Sql,
    accountId: string,
    after: { readonly sortKey: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<ListedSessionRow[]> {
    // Text first: the driver would make a Date of it, and lose the microseconds.
    const beyond = after
      ? sql`and (last_used_at, id) < (${after.sortKey}::text::timestamptz, ${after.id}::uuid)`
      : sql``;
    const listed = sql`
      account_id = ${accountId} and ${live(sql)} ${beyond}
      order by last_used_at desc, id desc limit ${limit}`;
    return sql<ListedSessionRow[]>`
      (select 'session' as kind, ${columns(sql)}, last_used_at::text as "sortKey" from session where ${listed})
      union all
      (select 'family' as kind, ${columns(sql)}, last_used_at::text as "sortKey" from token_family where ${listed})
      order by "lastUseTime" desc, id desc limit ${limit}`;
  }

  /** Ends one session or token family of an account. @returns undefined when it has none of this ID */
  async end(tx: Sql, accountId: string, id: string): Promise<SessionRow | undefined> {
    const ending = tx`set ended_at = clock_timestamp()
      where id = ${id} and account_id = ${accountId} and ${live(tx)}`;
    const [row] = await tx<SessionRow[]>`
      with ended_session as (update session ${ending} returning ${columns(tx)}),
        ended_family as (update token_family ${ending} returning ${columns(tx)})
      select 'session' as kind, ${names(tx)} from ended_session
      union all
      select 'family' as kind, ${names(tx)} from ended_family`;
    return row;
  }

  /**
   * Ends every session and token family of an account but one, a batch at a time. The account is locked, so that none
   * begins or is used meanwhile.
   *
   * @returns those that ended now
   */
  async endAll(tx: Sql, accountId: string, keptId?: string): Promise<EndedRow[]> {
    const all: EndedRow[] = [];
    for (const [kind, table] of [['session', 'session'] as const, ['family', 'token_family'] as const]) {
      let ended: readonly EndedRow[];
      do {
        ended = await tx<EndedRow[]>`
          update ${tx(table)} set ended_at = clock_timestamp()
          where id in (
            select id from ${tx(table)}
            where account_id = ${accountId} and id is distinct from ${keptId ?? null}::uuid and ${live(tx)}
            limit ${BATCH}
          )
          returning ${kind} as kind, id::text as key,
            last_used_at > clock_timestamp() - ${RECENT_MINUTES} * interval '1 minute' as "isRecent"`;
        for (const row of ended) all.push(row);
      } while (ended.length === BATCH);
    }
    return all;
  }

  /**
   * Deletes some of the sessions that nobody can use any more. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from session where id in (
        select id from session where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }

  /** Deletes some of the sessions of an account, which is locked. @returns how many */
  async deleteOwned(tx: Sql, accountId: string, limit: number): Promise<number> {
    const { count } = await tx`
      delete from session where id in (select id from session where account_id = ${accountId} limit ${limit})`;
    return count;
  }
}

/** The members of a {@link SessionRow} that `session` and `token_family` have in common. */
function columns(sql: Sql) {
  return sql`id, device, last_address as address, created_at as "createTime", last_used_at as "lastUseTime",
    idle_expires_at as "idleExpireTime", expires_at as "expireTime"`;
}

/** The same, of a query that has selected them. */
function names(sql: Sql) {
  return sql`id, device, address, "createTime", "lastUseTime", "idleExpireTime", "expireTime"`;
}

/** When the person of a session proved who they are: as it began, or before. */
export function signedInAt(sql: Sql) {
  return sql`least(session.auth_time, session.created_at)`;
}

/** What is neither ended nor over. No access token outlives what it descends from, so the others have none. */
function live(sql: Sql) {
  return sql`ended_at is null and least(idle_expires_at, expires_at) > clock_timestamp()`;
}
