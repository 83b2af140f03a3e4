-- migrate:up
alter table account
  -- When it was shown that whoever owns the account reads the mail of its address.
  add column email_verified_at timestamptz,
  -- Since when nobody can sign in to it; null for an account in use.
  add column suspended_at timestamptz;

-- The one code of an account and purpose that is good, or was: a newer one takes the place of the older.
create table one_time_code (
  account_id uuid not null constraint one_time_code_account references account on delete cascade,
  purpose text not null,
  -- SHA-256 of the 256 bits that the mail shows.
  hash bytea not null constraint one_time_code_hash unique,
  -- When the mail was asked for. Mails can overtake each other; the code asked for last wins.
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (account_id, purpose),
  constraint one_time_code_purposes check (purpose in ('password_reset', 'email_verification')),
  constraint one_time_code_hash_length check (octet_length(hash) = 32)
);
create index one_time_code_by_expiry on one_time_code (expires_at);
