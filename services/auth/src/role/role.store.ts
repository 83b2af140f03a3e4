import { isForeignKeyViolation, type Sql } from '@gatehouse/postgres';
import { authReasons } from '../reasons.js';
import { ADMIN } from './roles.js';

/** All SQL of the table `account_role`. */
export class RoleStore {
  /** The roles of an account in alphabetical order; none for one that does not exist. */
  async list(sql: Sql, accountId: string): Promise<string[]> {
    const rows = await sql<{ role: string }[]>`
      select role from account_role where account_id = ${accountId} order by role`;
    return rows.map(({ role }) => role);
  }

  /** Does nothing when the role is held already. @throws AppError ACCOUNT_UNKNOWN */
  async grant(tx: Sql, accountId: string, role: string): Promise<void> {
    try {
      await tx`
        insert into account_role (account_id, role) values (${accountId}, ${role}) on conflict do nothing`;
    } catch (error) {
      if (isForeignKeyViolation(error, 'account_role_account')) throw authReasons.ACCOUNT_UNKNOWN();
      throw error;
    }
  }

  /** @returns whether the role was held */
  async withdraw(tx: Sql, accountId: string, role: string): Promise<boolean> {
    const rows = await tx`
      delete from account_role where account_id = ${accountId} and role = ${role} returning role`;
    return rows.length > 0;
  }

  /** Lets one transaction at a time make the admins fewer. Taken before any lock on an account. */
  async lockAdmins(tx: Sql): Promise<void> {
    await tx`select pg_advisory_xact_lock(hashtextextended('account_role:admin', 0))`;
  }

  /**
   * Refuses to lose an account that is the only admin; one that is suspended is none. Holds under
   * {@link lockAdmins}: reinstating can only make them more.
   *
   * @throws AppError LAST_ADMIN
   */
  async requireAnotherAdmin(tx: Sql, accountId: string): Promise<void> {
    const [row] = await tx<[{ is_admin: boolean; others: boolean }]>`
      select
        exists (
          select from account_role join account on id = account_id
          where role = ${ADMIN} and suspended_at is null and id = ${accountId}
        ) as is_admin,
        exists (
          select from account_role join account on id = account_id
          where role = ${ADMIN} and suspended_at is null and id <> ${accountId}
        ) as others`;
    if (row.is_admin && !row.others) throw authReasons.LAST_ADMIN();
  }

  async hasAdmin(sql: Sql): Promise<boolean> {
    const rows = await sql`select from account_role where role = ${ADMIN} limit 1`;
    return rows.length > 0;
  }
}
