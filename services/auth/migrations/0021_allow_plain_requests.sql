-- migrate:up
alter table oauth_client
  -- Whether its authorization requests need be neither pushed nor carry a code challenge (RFC 9126; RFC 7636).
  add column plain_requests boolean not null default false;
