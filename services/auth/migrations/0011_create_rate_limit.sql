-- migrate:up
-- What limits have counted, by all replicas together. The first three columns and their order are those that
-- rate-limiter-flexible inserts into.
create table rate_limit (
  -- The limit and whom it counts: addresses as they are, accounts as HMACs of their email keys.
  key text primary key,
  points integer not null default 0,
  -- Milliseconds since the epoch, after which the row counts for nothing.
  expire bigint
) with (fillfactor = 70);
create index rate_limit_by_expiry on rate_limit (expire);

-- Where accounts have signed in: a stranger's failures elsewhere do not slow them down there.
create table known_address (
  -- HMAC of the account's email key and the address.
  key text primary key,
  account_id uuid not null constraint known_address_account references account on delete cascade,
  expires_at timestamptz not null
);
create index known_address_by_account on known_address (account_id);
create index known_address_by_expiry on known_address (expires_at);

-- migrate:down
drop table known_address;
drop table rate_limit;
