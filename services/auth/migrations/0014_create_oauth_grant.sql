-- migrate:up
-- What a person has let a client do: its ID is the `sid` of the access tokens.
create table oauth_grant (
  id uuid primary key,
  account_id uuid not null constraint oauth_grant_account references account on delete cascade,
  client_id uuid not null constraint oauth_grant_client references oauth_client on delete cascade,
  -- Scopes, permissions, and what was asked for and not given.
  consent jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  -- To the minute.
  last_used_at timestamptz,
  -- When another client was last issued something that descends from it; null if never.
  exchanged_at timestamptz,
  expires_at timestamptz not null,
  ended_at timestamptz
);
-- A client has one grant of a person at a time: what they consent to later is added to it.
create unique index oauth_grant_one_live on oauth_grant (account_id, client_id) where ended_at is null;
create index oauth_grant_by_client on oauth_grant (client_id) where ended_at is null;
create index oauth_grant_by_end on oauth_grant (least(expires_at, ended_at));

-- By what name a sector knows a person: made at random, so that nobody can compute it.
create table pairwise_subject (
  sector text not null,
  account_id uuid not null constraint pairwise_subject_account references account on delete cascade,
  subject uuid not null constraint pairwise_subject_unique unique,
  primary key (sector, account_id)
);
create index pairwise_subject_by_account on pairwise_subject (account_id);

alter table revocation
  drop constraint revocation_kind,
  add constraint revocation_kind check (
    kind in ('token', 'session', 'family', 'api_key', 'grant', 'subject', 'client', 'signing_key', 'everything')
  );
