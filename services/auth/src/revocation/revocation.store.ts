import type { Sql } from '@gatehouse/postgres';
import { ACCESS_TOKEN_HORIZON_SECONDS } from '../config.js';

/** Something that verifiers must refuse from now on. */
export type NewRevocation =
  | { readonly kind: 'token' | 'session' | 'family' | 'api_key' | 'signing_key'; readonly key: string }
  | {
      readonly kind: 'subject' | 'client' | 'everything';
      /** Empty for everything. */
      readonly key: string;
      /** Access tokens issued up to this moment are refused. */
      readonly notBefore: Date;
    };

/** All SQL of the table `revocation`. */
export class RevocationStore {
  /** Appends revocations in the transaction of their cause. */
  async append(tx: Sql, revocations: readonly NewRevocation[]): Promise<void> {
    for (const revocation of revocations) {
      const notBefore = 'notBefore' in revocation ? revocation.notBefore : null;
      await tx`
        insert into revocation (kind, key, not_before, expires_at)
        values (
          ${revocation.kind}, ${revocation.key}, ${notBefore},
          clock_timestamp() + ${ACCESS_TOKEN_HORIZON_SECONDS} * interval '1 second'
        )`;
    }
  }

  /**
   * Deletes some of what speaks of expired access tokens only. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from revocation where seq in (
        select seq from revocation where expires_at < clock_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}
