-- migrate:up
-- The history that positions in `revocation` belong to. `revocations restored` begins another one.
create table revocation_epoch (
  one_row boolean primary key default true constraint revocation_epoch_one_row check (one_row),
  id uuid not null default gen_random_uuid(),
  began_at timestamptz not null default clock_timestamp()
);
insert into revocation_epoch default values;

-- Its name. The server's start belongs to it: after a crash, a failover or a restore the numbers of transactions may
-- be given out a second time.
create view revocation_history as
  select id || '.' || (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint as epoch
  from revocation_epoch;

-- Whether somebody waits until every verifier enforces it.
alter table revocation add column awaited boolean not null default false;
create index revocation_by_xid on revocation (xid);
create index revocation_by_key on revocation (kind, key);

-- A hint for those who follow the table and read it five times a second anyway: one for each transaction, as equal
-- ones are merged. A transaction with a NOTIFY commits alone in the whole server, so nothing else here may send one.
create function hint_revocation() returns trigger language plpgsql as $$
begin
  perform pg_notify('revocation', '');
  return null;
end
$$;
create trigger revocation_hint after insert on revocation for each statement execute function hint_revocation();

-- Every process that verifies access tokens and follows the revocations, as the auth replica that it follows last
-- heard of it.
create table verifier (
  -- One process, for as long as it runs.
  id uuid primary key,
  -- Its client ID.
  service text not null,
  -- The auth replica that it follows.
  replica uuid not null,
  -- Its last ping.
  seen_at timestamptz not null,
  -- How far it enforces: all that committed before this position of this history.
  epoch text not null,
  position bigint not null,
  -- The signing keys whose signatures it accepts.
  key_ids jsonb not null
);

-- Which verifier enforces which awaited revocation: what a position cannot say while an older transaction is open.
create table revocation_acknowledgement (
  seq bigint constraint revocation_acknowledgement_revocation references revocation on delete cascade,
  verifier_id uuid not null,
  primary key (seq, verifier_id)
);

-- From when on a published key may sign, when that was moved ahead of its time.
alter table signing_key add column opens_at timestamptz;
