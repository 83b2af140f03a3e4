-- migrate:up
-- A program of somebody else's that people can let act for them, or that acts in its own name.
create table oauth_client (
  id uuid primary key,
  display_name text not null,
  -- Where people learn more of it; null for nowhere.
  home_uri text,
  -- `web` keeps secrets, `browser` and `native` cannot.
  kind text not null constraint oauth_client_kind check (kind in ('web', 'browser', 'native')),
  grant_types text[] not null,
  -- Compared as text, but for the port of a native client's loopback address.
  redirect_uris text[] not null,
  logout_redirect_uris text[] not null,
  -- What it may ask people for, and what it may do in its own name.
  permissions text[] not null,
  own_permissions text[] not null,
  -- Whether each sector knows people by names of its own.
  pairwise boolean not null,
  -- The host that pairwise names belong to: of the redirect URIs, or of `sector_identifier_uri`.
  sector text not null,
  sector_identifier_uri text,
  -- The keys that it proves itself with; at most one of the two.
  jwks jsonb,
  jwks_uri text,
  -- Where it is told that somebody has signed out.
  logout_uri text,
  created_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  -- Since when it may do nothing any more; null for one in use.
  disabled_at timestamptz,
  constraint oauth_client_keys check (jwks is null or jwks_uri is null)
);
create index oauth_client_by_age on oauth_client (created_at, id);

-- What a client without keys proves itself with: two are good while one takes over from the other.
create table oauth_client_secret (
  -- SHA-256 of the 256 random bits that the client holds.
  hash bytea primary key constraint oauth_client_secret_hash_length check (octet_length(hash) = 32),
  client_id uuid not null constraint oauth_client_secret_client references oauth_client on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  -- When it is good no more; null for the newest.
  expires_at timestamptz
);
create index oauth_client_secret_by_client on oauth_client_secret (client_id);
create unique index oauth_client_one_newest_secret on oauth_client_secret (client_id) where expires_at is null;
