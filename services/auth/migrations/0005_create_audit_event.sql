-- migrate:up
create table audit_event (
  id bigint generated always as identity primary key,
  occurred_at timestamptz not null default clock_timestamp(),
  -- What was done: the name of the RPC, or of the command.
  action text not null,
  -- Who did it: a subject, a client ID, or null where nobody is known.
  actor text,
  -- Whom or what it was done to: a subject, a client ID, a kid.
  target text,
  -- OK, or the reason of the refusal.
  outcome text not null,
  trace_id text not null,
  request_id text not null
);
create index audit_event_by_time on audit_event (occurred_at);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_event_append_only before update or delete or truncate on audit_event
  for each statement execute function refuse_change();

-- The run-time role may add and read, and no more; its name is the deployment's choice.
do $$
declare
  grantee text;
begin
  for grantee in
    select distinct role_table_grants.grantee from information_schema.role_table_grants
    where table_name = 'audit_event' and role_table_grants.grantee <> current_user
  loop
    execute format('revoke update, delete, truncate on audit_event from %I', grantee);
  end loop;
end
$$;
