-- migrate:up
-- An account that is erased takes with it what is over as well, which the indexes of what is live do not find: each of
-- these tables was read from end to end, with the account locked.
create index session_of_account on session (account_id, ended_at);
drop index session_by_account;
create index token_family_of_account on token_family (account_id, ended_at);
drop index token_family_by_account;
create index api_key_of_account on api_key (account_id);
create index oauth_grant_of_account on oauth_grant (account_id);
