import type { Sql } from '@gatehouse/postgres';
import type { NewIdentity } from '../identity/identity.store.js';
import type { BrowserSession } from '../session/end-current-session.js';

/** How long a person may take at the provider, and then to confirm a link, in seconds. */
export const FLOW_SECONDS = 600;

/** A flow that begins. */
export interface NewLoginFlow {
  readonly id: string;
  readonly stateHash: Buffer;
  /** Undefined until a browser comes with the ticket. */
  readonly browserHash: Buffer | undefined;
  readonly provider: string;
  readonly returnPath: string;
  /** The session that asks for a link; undefined for a sign-in. */
  readonly sessionId: string | undefined;
  /** The session of the browser, whose place a sign-in takes. */
  readonly replacesId: string | undefined;
  /** Whether the person is to prove anew who they are. */
  readonly anew: boolean;
}

/** How a flow stands: open, or why not. */
export type FlowState = 'OPEN' | 'FLOW_USED' | 'FLOW_EXPIRED';

/** A flow whose browser is at the provider. */
export interface LoginFlow {
  readonly id: string;
  readonly browserHash: Buffer | null;
  readonly provider: string;
  readonly returnPath: string;
  /** The session that asks for a link, and its account; null for a sign-in. */
  readonly sessionId: string | null;
  readonly linksTo: string | null;
  /** Since when the person must have proven who they are, in seconds since the epoch; null where any time does. */
  readonly anewSince: number | null;
  readonly state: FlowState;
}

/** Whom a provider named, and the account that is to be linked to it when its owner says so. */
export interface PendingLink extends NewIdentity {
  readonly accountId: string;
}

/** A link that waits for the word of the account's owner. */
export interface OpenLink extends PendingLink {
  readonly id: string;
  readonly provider: string;
  readonly returnPath: string;
  readonly sessionId: string | null;
  /** The address that the account signs in with. */
  readonly accountEmail: string;
}

/** All SQL of the table `login_flow`. */
export class LoginFlowStore {
  /** @returns when it ends */
  async insert(sql: Sql, flow: NewLoginFlow): Promise<Date> {
    const [row] = await sql<[{ expires_at: Date }]>`
      insert into login_flow
        (id, state_hash, browser_hash, provider, return_path, session_id, replaces_id, anew_since, expires_at)
      values (
        ${flow.id}, ${flow.stateHash}, ${flow.browserHash ?? null}, ${flow.provider}, ${flow.returnPath},
        ${flow.sessionId ?? null}, ${flow.replacesId ?? null},
        case when ${flow.anew} then clock_timestamp() end,
        clock_timestamp() + ${FLOW_SECONDS} * interval '1 second'
      )
      returning expires_at`;
    return row.expires_at;
  }

  /** Gives the flow of a ticket to the browser that came with it, once. @returns whether there was one */
  async claim(
    sql: Sql,
    provider: string,
    ticketHash: Buffer,
    next: { readonly stateHash: Buffer; readonly browserHash: Buffer },
  ): Promise<boolean> {
    const rows = await sql`
      update login_flow set state_hash = ${next.stateHash}, browser_hash = ${next.browserHash}
      where state_hash = ${ticketHash} and browser_hash is null and provider = ${provider}
        and expires_at > clock_timestamp()
      returning id`;
    return rows.length > 0;
  }

  async find(sql: Sql, stateHash: Buffer): Promise<LoginFlow | undefined> {
    const [row] = await sql<LoginFlow[]>`
      select f.id, browser_hash as "browserHash", provider, return_path as "returnPath", session_id as "sessionId",
        s.account_id as "linksTo", extract(epoch from anew_since)::float8 as "anewSince",
        case
          when answered_at is not null then 'FLOW_USED'
          when f.expires_at <= clock_timestamp() then 'FLOW_EXPIRED'
          else 'OPEN'
        end as state
      from login_flow f left join session s on s.id = session_id
      where state_hash = ${stateHash}`;
    return row;
  }

  /** Takes the answer of the provider: of any number at once, one is taken. @returns whether it was */
  async answer(sql: Sql, id: string): Promise<boolean> {
    const rows = await sql`
      update login_flow set answered_at = clock_timestamp()
      where id = ${id} and answered_at is null and expires_at > clock_timestamp()
      returning id`;
    return rows.length > 0;
  }

  /**
   * Has the next sign-ins of a browser take the place of another session than the one that it had.
   *
   * @returns what it had
   */
  async replaceNext(sql: Sql, browserHash: Buffer, sessionId: string): Promise<BrowserSession[]> {
    return sql<BrowserSession[]>`
      with had as (
        update login_flow set replaces_id = ${sessionId}
        from login_flow before
        where before.id = login_flow.id and login_flow.browser_hash = ${browserHash}
        returning before.replaces_id
      )
      select distinct session.id as "sessionId", account_id as "accountId"
      from had join session on session.id = replaces_id`;
  }

  /** Has an answered flow wait for a person who says whether the account is theirs. */
  async ask(
    sql: Sql,
    id: string,
    { accountId, issuer, subject, displayName, email }: PendingLink,
  ): Promise<void> {
    await sql`
      update login_flow
      set account_id = ${accountId}, issuer = ${issuer}, subject = ${subject}, display_name = ${displayName},
        email = ${email}, expires_at = clock_timestamp() + ${FLOW_SECONDS} * interval '1 second'
      where id = ${id}`;
  }

  /** The link that waits in the browser that was at the provider. */
  async findLink(sql: Sql, id: string, browserHash: Buffer): Promise<OpenLink | undefined> {
    const [row] = await sql<OpenLink[]>`
      select f.id, account_id as "accountId", issuer, subject, display_name as "displayName", f.email, provider,
        return_path as "returnPath", session_id as "sessionId", a.email as "accountEmail"
      from login_flow f join account a on a.id = account_id
      where f.id = ${id} and browser_hash = ${browserHash} and expires_at > clock_timestamp()`;
    return row;
  }

  /** Ends a flow: of any number at once, one does. @returns whether it was still there */
  async end(tx: Sql, id: string): Promise<boolean> {
    const rows =
      await tx`delete from login_flow where id = ${id} and expires_at > clock_timestamp() returning id`;
    return rows.length > 0;
  }

  /** Deletes some of the flows that are over. Leaves out what another replica is deleting. @returns how many */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from login_flow where id in (
        select id from login_flow where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}
