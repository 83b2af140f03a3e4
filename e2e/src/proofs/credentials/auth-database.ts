import postgres from 'postgres';
import type { AuditedCall } from './check.js';

/** Reads from auth's database what was recorded of these calls. */
export async function readAuditEvents(url: string, requestIds: readonly string[]): Promise<AuditedCall[]> {
  return query(
    url,
    (sql) => sql<AuditedCall[]>`
    select action, outcome, request_id as "requestId" from audit_event
    where request_id = any(${requestIds as string[]})`,
  );
}

/** How many families have more than one refresh token that is good. */
export async function countForkedFamilies(url: string): Promise<number> {
  const rows = await query(
    url,
    (sql) => sql`
    select family_id from refresh_token where spent_at is null group by family_id having count(*) > 1`,
  );
  return rows.length;
}

async function query<Row>(url: string, ask: (sql: postgres.Sql) => Promise<readonly Row[]>): Promise<Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await ask(sql))];
  } finally {
    await sql.end({ timeout: 5 });
  }
}
