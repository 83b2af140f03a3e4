import type { Sql } from '@gatehouse/postgres';
import type { BrowserSession } from '../session/end-current-session.js';
import { signedInAt } from '../session/session.store.js';

/** By how much longer who asks too soon has to wait from then on, in seconds (RFC 8628, section 3.5). */
const LONGER_SECONDS = 5;

/** What the protocol remembers for a while. */
export interface ArtifactRow {
  /** Names it, together with its kind. */
  readonly hash: Buffer;
  readonly kind: string;
  readonly payload: Buffer;
  /** What it descends from. */
  readonly grantId: string | null;
  /** The session that it stands on. */
  readonly sessionId: string | null;
  /** Another name that it is found by. */
  readonly otherHash: Buffer | null;
  readonly lifetimeSeconds: number;
}

/** An artifact that was found. */
export interface FoundArtifact {
  readonly hash: Buffer;
  readonly payload: Buffer;
  readonly hasSession: boolean;
  readonly hasOtherName: boolean;
  /** When it was used up, in seconds since the epoch; null while it was not. */
  readonly consumedAt: number | null;
}

/** All SQL of the table `oauth_artifact`. */
export class ArtifactStore {
  /** Adds one, or writes down what has become of it. What it stands on is said once. */
  async put(sql: Sql, artifact: ArtifactRow): Promise<void> {
    await sql`
      insert into oauth_artifact (hash, kind, payload, grant_id, session_id, other_hash, expires_at)
      values (
        ${artifact.hash}, ${artifact.kind}, ${artifact.payload}, ${artifact.grantId}, ${artifact.sessionId},
        ${artifact.otherHash}, clock_timestamp() + ${artifact.lifetimeSeconds} * interval '1 second'
      )
      on conflict (hash) do update set
        payload = excluded.payload, grant_id = excluded.grant_id, other_hash = excluded.other_hash,
        session_id = coalesce(excluded.session_id, oauth_artifact.session_id), expires_at = excluded.expires_at`;
  }

  /** Adds one that must be the first of its name. @returns whether it is */
  async putOnce(sql: Sql, artifact: ArtifactRow): Promise<boolean> {
    const { count } = await sql`
      insert into oauth_artifact (hash, kind, payload, expires_at)
      values (
        ${artifact.hash}, ${artifact.kind}, ${artifact.payload},
        clock_timestamp() + ${artifact.lifetimeSeconds} * interval '1 second'
      )
      on conflict (hash) do nothing`;
    return count > 0;
  }

  async find(sql: Sql, kind: string, hash: Buffer): Promise<FoundArtifact | undefined> {
    const [row] = await sql<FoundArtifact[]>`
      select ${columns(sql)} from oauth_artifact
      where hash = ${hash} and kind = ${kind} and ${standing(sql)}`;
    return row;
  }

  async findByOther(sql: Sql, kind: string, otherHash: Buffer): Promise<FoundArtifact | undefined> {
    const [row] = await sql<FoundArtifact[]>`
      select ${columns(sql)} from oauth_artifact
      where other_hash = ${otherHash} and kind = ${kind} and ${standing(sql)}`;
    return row;
  }

  /** Those of a kind that stand on one of these sessions, also when that is over. */
  async listOfSessions(
    sql: Sql,
    kind: string,
    sessionIds: readonly string[],
  ): Promise<(FoundArtifact & { readonly sessionId: string })[]> {
    return sql<(FoundArtifact & { readonly sessionId: string })[]>`
      select ${columns(sql)}, session_id as "sessionId" from oauth_artifact
      where session_id = any(${[...sessionIds]}::uuid[]) and kind = ${kind}`;
  }

  /** Whether an artifact was there before the person of a session signed in, by the one clock of the database. */
  async isOlder(sql: Sql, hash: Buffer, sessionId: string): Promise<boolean> {
    const rows = await sql`
      select from oauth_artifact artifact join session on ${signedInAt(sql)} > artifact.created_at
      where artifact.hash = ${hash} and session.id = ${sessionId}`;
    return rows.length > 0;
  }

  /** The session that an artifact stands on, and whose it is; also when that is over. */
  async sessionOf(sql: Sql, hash: Buffer): Promise<BrowserSession | undefined> {
    const [row] = await sql<BrowserSession[]>`
      select session.id as "sessionId", account_id as "accountId"
      from oauth_artifact join session on session.id = session_id
      where oauth_artifact.hash = ${hash}`;
    return row;
  }

  /** Has what stands on a session stand on another one from now on, if both are of the same account. */
  async moveToSession(tx: Sql, fromId: string, toId: string): Promise<void> {
    await tx`
      update oauth_artifact set session_id = ${toId}
      where session_id = ${fromId} and exists (
        select from session before join session after using (account_id)
        where before.id = ${fromId} and after.id = ${toId}
      )`;
  }

  /**
   * Has what was not used up be good for longer, with a payload that says so. What was deleted meanwhile stays so.
   *
   * @returns whether it is still there
   */
  async goOn(sql: Sql, { hash, payload, lifetimeSeconds }: ArtifactRow): Promise<boolean> {
    const { count } = await sql`
      update oauth_artifact set
        payload = ${payload}, expires_at = clock_timestamp() + ${lifetimeSeconds} * interval '1 second'
      where hash = ${hash} and consumed_at is null`;
    return count > 0;
  }

  /**
   * Whether it is time for whoever waits for what becomes of an artifact to ask again; of many who ask at the same time
   * one does so in time. Who asks too soon has to wait longer, from question to question.
   */
  async poll(sql: Sql, hash: Buffer): Promise<boolean> {
    const inTime = await sql`
      update oauth_artifact set next_poll_at = clock_timestamp() + poll_seconds * interval '1 second'
      where hash = ${hash} and coalesce(next_poll_at <= clock_timestamp(), true)`;
    if (inTime.count > 0) return true;
    await sql`
      update oauth_artifact set
        poll_seconds = poll_seconds + ${LONGER_SECONDS},
        next_poll_at = clock_timestamp() + (poll_seconds + ${LONGER_SECONDS}) * interval '1 second'
      where hash = ${hash}`;
    return false;
  }

  /** Uses up what is good once. @returns whether it was not used up before; one statement, so that one of many wins */
  async consume(sql: Sql, hash: Buffer): Promise<boolean> {
    const { count } = await sql`
      update oauth_artifact set consumed_at = clock_timestamp() where hash = ${hash} and consumed_at is null`;
    return count > 0;
  }

  async delete(sql: Sql, hash: Buffer): Promise<void> {
    await sql`delete from oauth_artifact where hash = ${hash}`;
  }

  /** Nothing is found by this other name any more. */
  async forgetOther(sql: Sql, kind: string, otherHash: Buffer): Promise<void> {
    await sql`update oauth_artifact set other_hash = null where other_hash = ${otherHash} and kind = ${kind}`;
  }

  /** The grant that an artifact descends from, also when that is over. */
  async grantOf(sql: Sql, hash: Buffer): Promise<string | undefined> {
    const [row] = await sql<{ grant_id: string | null }[]>`
      select grant_id from oauth_artifact where hash = ${hash}`;
    return row?.grant_id ?? undefined;
  }

  /**
   * Deletes some of what has expired. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from oauth_artifact where hash in (
        select hash from oauth_artifact where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }

  /** Deletes some of what stands on the grants and sessions of an account, which is locked. @returns how many */
  async deleteOwned(tx: Sql, accountId: string, limit: number): Promise<number> {
    const { count } = await tx`
      delete from oauth_artifact where hash in (
        select hash from oauth_grant join oauth_artifact on grant_id = oauth_grant.id where account_id = ${accountId}
        union
        select oauth_artifact.hash from session join oauth_artifact on session_id = session.id
        where account_id = ${accountId}
        limit ${limit}
      )`;
    return count;
  }
}

/** The members of a {@link FoundArtifact}. */
function columns(sql: Sql) {
  return sql`hash, payload, session_id is not null as "hasSession", other_hash is not null as "hasOtherName",
    floor(extract(epoch from consumed_at))::float8 as "consumedAt"`;
}

/** Nothing is found whose grant or whose session is over. */
function standing(sql: Sql) {
  return sql`(
      grant_id is null
      or exists (select from oauth_grant where oauth_grant.id = grant_id and ended_at is null)
    ) and (
      session_id is null
      or exists (
        select from session join account on account.id = account_id
        where session.id = session_id and suspended_at is null
          and ended_at is null and least(idle_expires_at, session.expires_at) > clock_timestamp()
      )
    )`;
}
