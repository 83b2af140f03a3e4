-- migrate:up
-- One sign-in: its ID is the `sid` of the access tokens and what its refresh tokens belong to.
create table token_family (
  id uuid primary key,
  account_id uuid not null constraint token_family_account references account on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  -- Idle and absolute limit; the first moves with every refresh, the second never.
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint token_family_limits check (idle_expires_at <= expires_at)
);
create index token_family_by_account on token_family (account_id) where ended_at is null;
create index token_family_by_expiry on token_family (expires_at);

create table refresh_token (
  -- SHA-256 of the 256 random bits that the client holds.
  hash bytea primary key constraint refresh_token_hash_length check (octet_length(hash) = 32),
  family_id uuid not null constraint refresh_token_family references token_family on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  spent_at timestamptz
);
-- A family has at most one refresh token that is good: whatever the code does, two cannot be.
create unique index refresh_token_one_unspent on refresh_token (family_id) where spent_at is null;
create index refresh_token_by_family on refresh_token (family_id);
