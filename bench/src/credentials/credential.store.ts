import type { Sql } from '@gatehouse/postgres';

/** A session or a key that is good at the moment, and its owner. */
export interface CredentialRow {
  readonly id: string;
  readonly accountId: string;
  readonly roles: readonly string[];
  /** Seconds since the epoch. */
  readonly endsAt: number;
  /** Of a key: what it was made for. */
  readonly permissions?: readonly string[];
  readonly secretHash?: Buffer;
}

/** Reads credentials where auth keeps them: by an index, in one round trip, and without a note of their use. */
export class CredentialStore {
  constructor(private readonly sql: Sql) {}

  async session(hash: Buffer): Promise<CredentialRow | undefined> {
    const [row] = await this.sql<CredentialRow[]>`
      select session.id, account_id as "accountId",
        array(select role from account_role where account_role.account_id = account.id) as roles,
        extract(epoch from expires_at)::float8 as "endsAt"
      from session join account on account.id = account_id
      where hash = ${hash} and ended_at is null and suspended_at is null
        and least(idle_expires_at, expires_at) > clock_timestamp()`;
    return row;
  }

  async apiKey(id: string): Promise<CredentialRow | undefined> {
    const [row] = await this.sql<CredentialRow[]>`
      select api_key.id, account_id as "accountId", permissions, secret_hash as "secretHash",
        array(select role from account_role where account_role.account_id = account.id) as roles,
        extract(epoch from expires_at)::float8 as "endsAt"
      from api_key join account on account.id = account_id
      where api_key.id = ${id} and revoked_at is null and suspended_at is null
        and expires_at > clock_timestamp()`;
    return row;
  }
}
