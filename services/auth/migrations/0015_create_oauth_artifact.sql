-- migrate:up
-- What the protocol remembers for a while: codes, refresh tokens, requests, interactions, browsers.
create table oauth_artifact (
  -- SHA-256 of its kind and of the secret that names it.
  hash bytea primary key constraint oauth_artifact_hash_length check (octet_length(hash) = 32),
  kind text not null,
  -- Sealed for this row: a copy of the table is of no use.
  payload bytea not null,
  -- What it descends from; nothing of a grant that has ended is found.
  grant_id uuid constraint oauth_artifact_grant references oauth_grant on delete cascade,
  -- The session of ours that a browser's session in the protocol stands on; it is found as long as that is live.
  session_id uuid constraint oauth_artifact_session references session on delete cascade,
  -- HMAC of its kind and of another name that it is found by, which may be short.
  other_hash bytea constraint oauth_artifact_other_hash unique,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  -- What is good once has been used.
  consumed_at timestamptz
);
create index oauth_artifact_by_expiry on oauth_artifact (expires_at);
create index oauth_artifact_by_grant on oauth_artifact (grant_id) where grant_id is not null;
create index oauth_artifact_by_session on oauth_artifact (session_id) where session_id is not null;
