import { isUuid } from '@gatehouse/aip';
import type { Sql } from '@gatehouse/postgres';
import type { Claims } from '@gatehouse/tokens';

/** Rows that one statement changes, far below the statement timeout. */
const BATCH = 10_000;

/** No row has it, and every other one comes after it. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** What access tokens descend from, whichever table that is in. */
export class DescentStore {
  /** The account behind a token family, a session, an API key or a grant. */
  async accountOf(sql: Sql, sessionId: string): Promise<string | undefined> {
    const [row] = await sql<{ account_id: string }[]>`
      select account_id from token_family where id = ${sessionId}
      union all
      select account_id from session where id = ${sessionId}
      union all
      select account_id from api_key where id = ${sessionId}
      union all
      select account_id from oauth_grant where id = ${sessionId}`;
    return row?.account_id;
  }

  /**
   * Whether a sign-in goes on: a token family or a session. For a transaction that holds the account's lock, and so comes
   * before or after whatever ends the sign-ins of the account.
   */
  async goesOn(tx: Sql, sessionId: string): Promise<boolean> {
    const rows = await tx`
      select from token_family where id = ${sessionId} and ended_at is null
      union all
      select from session where id = ${sessionId} and ended_at is null`;
    return rows.length > 0;
  }

  /** Ends every token family, session and grant, a batch at a time. @returns how many */
  async endSignIns(tx: Sql): Promise<number> {
    let count = 0;
    for (const table of ['token_family', 'session', 'oauth_grant']) {
      let ended: readonly { id: string }[];
      let last = FIRST_ID;
      do {
        ended = await tx<{ id: string }[]>`
          with batch as (
            select id from ${tx(table)} where id > ${last} and ended_at is null order by id limit ${BATCH}
          )
          update ${tx(table)} one set ended_at = clock_timestamp() from batch where one.id = batch.id
          returning one.id`;
        count += ended.length;
        for (const { id } of ended) if (id > last) last = id;
      } while (ended.length === BATCH);
    }
    return count;
  }

  /** How many API keys are good. */
  async countApiKeys(sql: Sql): Promise<number> {
    const [row] = await sql<[{ keys: number }]>`
      select count(*)::int as keys from api_key where revoked_at is null and expires_at > clock_timestamp()`;
    return row.keys;
  }

  /**
   * Whether nothing that is committed at this moment speaks against an access token: its key, its account, what it
   * descends from, or a revocation. In one statement, and so in one snapshot.
   */
  async isGood(sql: Sql, claims: Claims): Promise<boolean> {
    const { tokenId, sessionId = '', keyId, subject, clientId, issuedAt, isService, credential } = claims;
    const origin = uuidOrNull(sessionId);
    const [row] = await sql<[{ good: boolean }]>`
      select
        exists (select from signing_key where kid = ${keyId} and state in ('active', 'retiring'))
        and not exists (
          select from revocation
          where expires_at > clock_timestamp() and (
            kind = 'token' and key = ${tokenId}
            or kind in ('session', 'family', 'api_key', 'grant') and key = ${sessionId}
            or kind = 'signing_key' and key = ${keyId}
            or (
              kind = 'subject' and key = ${subject}
              or kind = 'client' and key = ${clientId}
              or kind = 'everything'
            ) and floor(extract(epoch from not_before)) >= ${issuedAt}
          )
        )
        -- The product's own clients have no row.
        and not exists (
          select from oauth_client where id = ${uuidOrNull(clientId)}::uuid and disabled_at is not null
        )
        and (${isService} or (
          exists (
            select from account
            where id = ${uuidOrNull(subject)}::uuid and suspended_at is null
              and coalesce(floor(extract(epoch from tokens_not_before)) < ${issuedAt}, true)
          )
          and case ${credential ?? ''}
            when 'token_family' then exists (
              select from token_family where id = ${origin}::uuid and ended_at is null
            )
            when 'session' then exists (
              select from session where id = ${origin}::uuid and ended_at is null
            )
            when 'api_key' then exists (
              select from api_key where id = ${origin}::uuid and revoked_at is null
            )
            when 'grant' then exists (
              select from oauth_grant where id = ${origin}::uuid and ended_at is null
            )
            else false
          end
        )) as good`;
    return row.good;
  }
}

/** Services are called by their names, and no row is. */
function uuidOrNull(text: string): string | null {
  return isUuid(text) ? text : null;
}
