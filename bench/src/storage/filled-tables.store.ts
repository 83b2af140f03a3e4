import type { Sql } from '@gatehouse/postgres';

/** A table, and how it is filled with rows such as the services write. */
export interface FilledTable {
  /** What one of its rows is, for people. */
  readonly row: string;
  readonly table: string;
  readonly fill: (sql: Sql, rows: number) => Promise<unknown>;
}

/** What a database takes for rows, its indexes included. */
export async function bytesOf(sql: Sql, table: string): Promise<number> {
  const [row] = await sql<[{ bytes: number }]>`
    select pg_total_relation_size(${table}::regclass)::float8 as bytes`;
  return row.bytes;
}

/** Tables of auth, in the order in which they refer to each other. */
export const authTables: readonly FilledTable[] = [
  {
    row: 'an account',
    table: 'account',
    fill: (sql, rows) => sql`
      insert into account (id, email, email_key, password_hash)
      select gen_random_uuid(), 'person' || n || '@mail.example', 'person' || n || '@mail.example',
        '$argon2id$v=19$m=19456,t=2,p=1$' || left(md5(n::text), 22) || '$' || left(md5(n::text) || md5(n::text), 43)
      from generate_series(1, ${rows}) as n`,
  },
  {
    row: 'a role of an account',
    table: 'account_role',
    fill: (sql, rows) => sql`
      insert into account_role (account_id, role) select id, 'user' from account limit ${rows}`,
  },
  {
    row: 'a sign-in by tokens: its family',
    table: 'token_family',
    fill: (sql, rows) => sql`
      insert into token_family (id, account_id, idle_expires_at, expires_at, last_address, device)
      select gen_random_uuid(), id, now() + interval '14 days', now() + interval '90 days', '203.0.113.7',
        'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
      from account limit ${rows}`,
  },
  {
    row: 'a refresh token',
    table: 'refresh_token',
    fill: (sql, rows) => sql`
      insert into refresh_token (hash, family_id, spent_by)
      select sha256(id::text::bytea), id, '' from token_family limit ${rows}`,
  },
  {
    row: 'a session',
    table: 'session',
    fill: (sql, rows) => sql`
      insert into session (id, account_id, hash, last_address, device, idle_expires_at, expires_at)
      select gen_random_uuid(), id, sha256(id::text::bytea), '203.0.113.7',
        'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        now() + interval '7 days', now() + interval '30 days'
      from account limit ${rows}`,
  },
  {
    row: 'an API key',
    table: 'api_key',
    fill: (sql, rows) => sql`
      insert into api_key (id, account_id, display_name, secret_hash, permissions, allowed_addresses, expires_at)
      select gen_random_uuid(), id, 'nightly export', sha256(id::text::bytea),
        array['resources:read', 'resources:write'], array[]::cidr[], now() + interval '90 days'
      from account limit ${rows}`,
  },
  {
    row: 'a revocation',
    table: 'revocation',
    fill: (sql, rows) => sql`
      insert into revocation (kind, key, expires_at)
      select 'family', gen_random_uuid()::text, now() + interval '305 seconds' from generate_series(1, ${rows})`,
  },
  {
    row: 'an audit event',
    table: 'audit_event',
    fill: (sql, rows) => sql`
      insert into audit_event (action, actor, target, outcome, trace_id, request_id, address)
      select 'Login', id::text, id::text, 'OK', md5(id::text), gen_random_uuid()::text, '203.0.113.7'
      from account limit ${rows}`,
  },
  {
    row: 'its link in the chain',
    table: 'audit_link',
    fill: (sql, rows) => sql`
      insert into audit_link (sequence, event_id, hash)
      select id, event_id, sha256(event_id::text::bytea) from audit_event limit ${rows}`,
  },
];

/** Tables of users. */
export const usersTables: readonly FilledTable[] = [
  {
    row: 'a profile',
    table: 'person',
    fill: (sql, rows) => sql`
      insert into person (id, email, display_name, bio, create_time)
      select gen_random_uuid(), 'person' || n || '@mail.example', 'Person ' || md5(n::text), repeat('words ', 20), now()
      from generate_series(1, ${rows}) as n`,
  },
];

/** Tables of resources. */
export const resourcesTables: readonly FilledTable[] = [
  {
    row: 'an owner',
    table: 'subject',
    fill: (sql, rows) => sql`
      insert into subject (id) select gen_random_uuid() from generate_series(1, ${rows})`,
  },
  {
    row: 'a resource with 1,000 characters, private',
    table: 'resource',
    fill: (sql, rows) => sql`
      insert into resource (owner, title, content, visibility)
      select id, 'Notes ' || left(md5(id::text), 12), (
          select left(string_agg(md5(id::text || part), ' '), 1000) from generate_series(1, 32) as part
        ), 'private'
      from subject limit ${rows}`,
  },
  {
    row: 'a share of a resource',
    table: 'share',
    fill: (sql, rows) => sql`
      insert into share (resource_id, subject, role) select id, owner, 'viewer' from resource limit ${rows}`,
  },
];
