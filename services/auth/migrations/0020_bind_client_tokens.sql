-- migrate:up
alter table oauth_client
  -- Whether a token request of it without a proof of possession is refused (DPoP, RFC 9449, section 5.2).
  add column dpop_bound_access_tokens boolean not null default false;
