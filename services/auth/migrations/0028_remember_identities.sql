-- migrate:up
-- What a session began with; null for a password.
alter table session
  add column identity_id uuid constraint session_identity references identity on delete set null;
create index session_by_identity on session (identity_id) where identity_id is not null;

-- The identity that a person was signed in with when they consented; null for a password.
alter table oauth_grant
  add column identity_id uuid constraint oauth_grant_identity references identity on delete set null;
create index oauth_grant_by_identity on oauth_grant (identity_id) where identity_id is not null;
