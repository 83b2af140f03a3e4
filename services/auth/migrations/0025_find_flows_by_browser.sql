-- migrate:up
-- A session that begins in one window of a browser is what the other windows, which are at a provider, take the place of.
create index login_flow_by_browser on login_flow (browser_hash) where browser_hash is not null;
