-- migrate:up
-- The session that a browser had when it left for a provider. It comes back from another site, and with that it does not
-- send the cookie; that session ends when the next one begins all the same.
alter table login_flow
  add column replaces_id uuid constraint login_flow_replaced_session references session on delete set null;
create index login_flow_by_replaced_session on login_flow (replaces_id) where replaces_id is not null;
