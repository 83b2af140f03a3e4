-- migrate:up
-- When the person proved who they are, where that was before the session began: a provider had them signed in already.
alter table session add column auth_time timestamptz;

-- Since when the person must have proven at the provider who they are; null where any sign-in there does.
alter table login_flow add column anew_since timestamptz;
