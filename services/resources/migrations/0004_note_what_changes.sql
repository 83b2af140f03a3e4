-- migrate:up
-- A statement that leaves a row as it is has changed nothing, and nobody is told: the replay of a request that made a
-- resource, a share that is given again.
create or replace function note_resource_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old is not distinct from new then
    return new;
  end if;
  insert into resource_change (resource_id, concerned, to_all_who_see, seen_by_all)
  select
    coalesce(old.id, new.id),
    array_append(array(select s.subject from share s where s.resource_id = old.id), coalesce(old.owner, new.owner)),
    true,
    coalesce(old.visibility, 'private') = 'internal';
  return coalesce(new, old);
end
$$;

create or replace function note_share_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old is not distinct from new then
    return null;
  end if;
  insert into resource_change (resource_id, concerned, to_all_who_see, seen_by_all)
  values (coalesce(old.resource_id, new.resource_id), array[coalesce(old.subject, new.subject)], false, false);
  return null;
end
$$;
