import type { Sql } from '@gatehouse/postgres';
import { PROOF_WINDOW_SECONDS } from '@gatehouse/tokens';

/**
 * How long a proof stays used up, in seconds: it is taken for a minute before and after its time, and the clocks of two
 * verifiers may be 5 s off, each its own way.
 */
const KEPT_SECONDS = 2 * PROOF_WINDOW_SECONDS + 10;

/** All SQL of the table `used_proof`. */
export class UsedProofStore {
  /**
   * Uses up a proof, in one statement, so that one of many who bring it wins.
   *
   * @param proofId SHA-256 in base64url
   * @returns whether nobody has used it before
   */
  async use(sql: Sql, proofId: string): Promise<boolean> {
    const { count } = await sql`
      insert into used_proof (id, expires_at)
      values (
        ${Buffer.from(proofId, 'base64url')}, clock_timestamp() + ${KEPT_SECONDS} * interval '1 second'
      )
      on conflict (id) do nothing`;
    return count > 0;
  }

  /**
   * Deletes some that nobody would take any more. Leaves out what another replica is deleting.
   *
   * @returns how many
   */
  async deleteExpired(sql: Sql, limit: number): Promise<number> {
    const { count } = await sql`
      delete from used_proof where id in (
        select id from used_proof where expires_at < statement_timestamp()
        order by expires_at limit ${limit} for update skip locked
      )`;
    return count;
  }
}
