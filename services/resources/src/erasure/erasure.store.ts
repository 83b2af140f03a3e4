import { insertAudited, type AuditOrigin } from '@gatehouse/audit';
import type { Sql } from '@gatehouse/postgres';

/** How many rows one statement removes: short locks, and far below the statement timeout. */
const BATCH = 500;

/** What is left of subjects whose accounts are gone. */
export class ErasureStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Closes a subject for good: waits for what is adding rows for it, and from
   * then on nothing adds any.
   */
  async close(subject: string): Promise<void> {
    await this.sql`
      insert into subject as s (id, erase_time) values (${subject}, clock_timestamp())
      on conflict (id) do update set erase_time = excluded.erase_time where s.erase_time is null`;
  }

  /** Removes some of the shares with a subject. @returns whether there may be more */
  async removeShares(subject: string): Promise<boolean> {
    const { count } = await this.sql`
      delete from share s where s.subject = ${subject} and s.resource_id in (
        select d.resource_id from share d where d.subject = ${subject} limit ${BATCH}
      )`;
    return count === BATCH;
  }

  /**
   * Removes some of the shares of a subject's resources. A resource that goes takes its shares with it, however many
   * they are: those of a batch of resources would take longer than a statement may, at every attempt.
   *
   * @returns whether there may be more
   */
  async removeGiven(owner: string): Promise<boolean> {
    const { count } = await this.sql`
      delete from share s where (s.resource_id, s.subject) in (
        select d.resource_id, d.subject from resource r join share d on d.resource_id = r.id
        where r.owner = ${owner} limit ${BATCH}
      )`;
    return count === BATCH;
  }

  /**
   * Removes some of a subject's resources, with what shares they have. With the last of them the erasure is done and has
   * its audit event.
   *
   * @returns whether there may be more
   */
  async removeResources(owner: string, origin: AuditOrigin): Promise<boolean> {
    const { sql } = this;
    const done = await sql`
      with gone as (
        delete from resource r where r.id in (select d.id from resource d where d.owner = ${owner} limit ${BATCH})
        returning r.id
      )
      ${insertAudited(sql, origin, {
        from: sql`(select count(*) as count from gone) removed where removed.count < ${BATCH}`,
        target: sql`${owner}`,
      })}`;
    return done.count === 0;
  }
}
