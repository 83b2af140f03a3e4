-- migrate:up

-- What an event says gains the service that saw it and where the caller was, and an ID that is the same however
-- often it is delivered. Milliseconds: what is shown, what is hashed and what pages are cut by are the same.
alter table audit_event
  add column event_id uuid not null default gen_random_uuid(),
  add column service text not null default 'auth',
  add column address text not null default '',
  alter column occurred_at type timestamptz(3),
  add constraint audit_event_event_id unique (event_id);

-- One for each condition of a list; what is asked for is the newest of each.
drop index audit_event_by_time;
create index audit_event_by_time on audit_event (occurred_at, id);
create index audit_event_by_actor on audit_event (actor, occurred_at, id) where actor is not null;
create index audit_event_by_target on audit_event (target, occurred_at, id) where target is not null;
create index audit_event_by_action on audit_event (action, occurred_at, id);
create index audit_event_by_outcome on audit_event (outcome, occurred_at, id);
create index audit_event_by_service on audit_event (service, occurred_at, id);
create index audit_event_by_trace on audit_event (trace_id, occurred_at, id);

-- The chain: each event's place, and a keyed hash over the event, its place and the hash before. Beside the events,
-- because those are appended by transactions that do not wait for each other, and none is ever updated.
create table audit_link (
  sequence bigint primary key,
  event_id uuid not null constraint audit_link_event_id unique,
  hash bytea not null,
  constraint audit_link_sequence check (sequence > 0),
  constraint audit_link_hash_length check (octet_length(hash) = 32)
);
create trigger audit_link_append_only before update or delete or truncate on audit_link
  for each statement execute function refuse_change();

do $$
declare
  grantee text;
begin
  for grantee in
    select distinct role_table_grants.grantee from information_schema.role_table_grants
    where table_name = 'audit_link' and role_table_grants.grantee <> current_user
  loop
    execute format('revoke update, delete, truncate on audit_link from %I', grantee);
  end loop;
end
$$;

-- The events that wait for their link: a short list, however long the trail is, to which every event is added in
-- its own transaction. One that commits late is found here when it does, and cannot be skipped.
create table audit_pending (
  id bigint primary key
);
insert into audit_pending (id) select id from audit_event;

create function queue_for_chain() returns trigger language plpgsql as $$
begin
  insert into audit_pending (id) select id from appended;
  return null;
end
$$;
create trigger audit_event_queue after insert on audit_event
  referencing new table as appended for each statement execute function queue_for_chain();
