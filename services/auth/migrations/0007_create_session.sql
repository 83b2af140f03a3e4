-- migrate:up
-- A sign-in that the server remembers, behind a cookie: its ID is the `sid` of the access tokens.
create table session (
  id uuid primary key,
  account_id uuid not null constraint session_account references account on delete cascade,
  -- SHA-256 of the 256 random bits that the browser holds.
  hash bytea not null
    constraint session_hash unique
    constraint session_hash_length check (octet_length(hash) = 32),
  created_at timestamptz not null default clock_timestamp(),
  -- To the minute.
  last_used_at timestamptz not null default clock_timestamp(),
  last_address text not null,
  -- The user agent that signed in, as it called itself.
  device text not null,
  -- Idle and absolute limit; the first moves with use, the second never.
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint session_limits check (idle_expires_at <= expires_at)
);
create index session_by_account on session (account_id) where ended_at is null;
create index session_by_expiry on session (expires_at);

-- What its owner recognises a sign-in by. The defaults are for code that does not know the columns yet.
alter table token_family
  add column last_used_at timestamptz,
  add column last_address text not null default '',
  add column device text not null default '';
update token_family set last_used_at = (
  select coalesce(max(refresh_token.created_at), token_family.created_at)
  from refresh_token where family_id = token_family.id
);
alter table token_family
  alter column last_used_at set default clock_timestamp(),
  alter column last_used_at set not null;

-- The user agent that spent it: only the same one may have lost the answer.
alter table refresh_token add column spent_by text not null default '';
