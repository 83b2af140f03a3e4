-- migrate:up
-- A key that a person made for a program: its ID is a part of the key and the `sid` of the access tokens.
create table api_key (
  id uuid primary key,
  account_id uuid not null constraint api_key_account references account on delete cascade,
  display_name text not null,
  -- SHA-256 of the 256 random bits that the program holds.
  secret_hash bytea not null constraint api_key_secret_hash_length check (octet_length(secret_hash) = 32),
  permissions text[] not null,
  -- Any address when empty.
  allowed_addresses cidr[] not null,
  created_at timestamptz not null default clock_timestamp(),
  -- Comes nearer when the key is rotated, and never goes farther.
  expires_at timestamptz not null,
  -- To the minute.
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- Whatever the code does, a key has one successor and is the successor of one.
  successor_id uuid
    constraint api_key_one_predecessor unique
    constraint api_key_successor references api_key on delete set null
);
create index api_key_by_account on api_key (account_id, created_at, id) where revoked_at is null;
create index api_key_by_end on api_key (least(expires_at, revoked_at));
