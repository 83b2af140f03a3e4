-- migrate:up
create table signing_key (
  -- RFC 7638 thumbprint.
  kid text primary key,
  public_jwk jsonb not null,
  -- PKCS #8 under AES-256-GCM; gone as soon as the key signs no more.
  sealed_private_key bytea,
  state text not null,
  published_at timestamptz not null default clock_timestamp(),
  activated_at timestamptz,
  retired_at timestamptz,
  removed_at timestamptz,
  constraint signing_key_state check (state in ('published', 'active', 'retiring', 'removed')),
  constraint signing_key_private check ((sealed_private_key is not null) = (state in ('published', 'active'))),
  constraint signing_key_public_only check (not (public_jwk ? 'd'))
);
create unique index signing_key_one_active on signing_key (state) where state = 'active';
create unique index signing_key_one_published on signing_key (state) where state = 'published';
