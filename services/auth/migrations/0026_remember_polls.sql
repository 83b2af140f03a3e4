-- migrate:up
-- When a device may ask again whether somebody has connected it, and how long it waits from question to question
-- (RFC 8628, section 3.5): whichever replica it asks.
alter table oauth_artifact
  add column next_poll_at timestamptz,
  add column poll_seconds integer not null default 5;
