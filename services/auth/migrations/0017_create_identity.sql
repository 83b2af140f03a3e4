-- migrate:up
-- An account that somebody else's word has made has no password until its owner sets one by mail.
alter table account alter column password_hash drop not null;

-- Who an account's owner is to an identity provider: what signs them in to it.
create table identity (
  id uuid primary key,
  account_id uuid not null constraint identity_account references account on delete cascade,
  -- The provider and the person, as the provider names both, for ever. Nothing else finds the account.
  issuer text not null,
  subject text not null,
  -- What the person is called there, when it was last used.
  display_name text not null,
  -- The address there, if the provider calls it verified, as it was given and in the form that account.email_key has.
  email text,
  email_key text,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz,
  constraint identity_issuer_subject unique (issuer, subject),
  constraint identity_email check ((email is null) = (email_key is null))
);
create index identity_by_account on identity (account_id, created_at, id);
