-- migrate:up
create table account (
  id uuid primary key,
  -- As it was given, for display and for mail.
  email text not null,
  -- The form that decides whether two addresses are the same: NFKC, lower case.
  email_key text not null constraint account_email_key unique,
  -- A PHC string: algorithm, parameters, salt and hash.
  password_hash text not null,
  -- Moves when the password changes, not when the same one is hashed anew.
  password_version integer not null default 1,
  -- Access tokens issued up to this moment are revoked; those issued later must say a later second.
  tokens_not_before timestamptz,
  created_at timestamptz not null default clock_timestamp()
);

create table account_role (
  account_id uuid not null constraint account_role_account references account on delete cascade,
  role text not null,
  granted_at timestamptz not null default clock_timestamp(),
  primary key (account_id, role)
);
create index account_role_by_role on account_role (role);
