-- migrate:up
-- One way through an identity provider and back. Any replica goes on with what another one has begun; each answer of
-- a provider is taken once, from the browser that was sent there.
create table login_flow (
  id uuid primary key,
  -- SHA-256 of what the browser comes with next: the ticket of a link, then the `state`.
  state_hash bytea not null
    constraint login_flow_state_hash unique
    constraint login_flow_state_hash_length check (octet_length(state_hash) = 32),
  -- SHA-256 of what the browser holds; null until one comes with the ticket.
  browser_hash bytea constraint login_flow_browser_hash_length check (octet_length(browser_hash) = 32),
  -- As the settings call it.
  provider text not null,
  -- Where the browser goes in the end, below our own origin.
  return_path text not null,
  -- The session that asks for a link; null for a sign-in.
  session_id uuid constraint login_flow_session references session on delete cascade,
  expires_at timestamptz not null,
  answered_at timestamptz,
  -- Whom the provider named, and the account that is to be linked, while somebody is asked whether it is theirs.
  account_id uuid constraint login_flow_account references account on delete cascade,
  issuer text,
  subject text,
  display_name text,
  email text,
  constraint login_flow_pending check (num_nulls(account_id, issuer, subject, display_name) in (0, 4))
);
create index login_flow_by_expiry on login_flow (expires_at);
create index login_flow_by_session on login_flow (session_id) where session_id is not null;
create index login_flow_by_account on login_flow (account_id) where account_id is not null;
