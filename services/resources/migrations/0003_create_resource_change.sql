-- migrate:up
-- What has happened to resources, for those who watch them: kept for minutes, and read below the horizon of the
-- transactions that may still commit.
create table resource_change (
  seq bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  resource_id uuid not null,
  -- Those it concerns: whoever owned it or had a share of it; for a share alone, the one who has it.
  concerned uuid[] not null,
  -- Whether it concerns everyone who may see it now, and everyone because all could see it before.
  to_all_who_see boolean not null,
  seen_by_all boolean not null,
  created_at timestamptz not null default clock_timestamp()
);
create index resource_change_by_xid on resource_change (xid);
create index resource_change_by_time on resource_change (created_at);

create function note_resource_change() returns trigger language plpgsql as $$
begin
  insert into resource_change (resource_id, concerned, to_all_who_see, seen_by_all)
  select
    coalesce(old.id, new.id),
    array_append(array(select s.subject from share s where s.resource_id = old.id), coalesce(old.owner, new.owner)),
    true,
    coalesce(old.visibility, 'private') = 'internal';
  return coalesce(new, old);
end
$$;
create trigger resource_changed after insert or update on resource
  for each row execute function note_resource_change();
-- Before: afterwards its shares are gone as well.
create trigger resource_deleted before delete on resource
  for each row execute function note_resource_change();

create function note_share_change() returns trigger language plpgsql as $$
begin
  insert into resource_change (resource_id, concerned, to_all_who_see, seen_by_all)
  values (coalesce(old.resource_id, new.resource_id), array[coalesce(old.subject, new.subject)], false, false);
  return null;
end
$$;
create trigger share_changed after insert or update or delete on share
  for each row execute function note_share_change();
