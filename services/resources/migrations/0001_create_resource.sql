-- migrate:up

-- For searching inside titles. A trusted extension: the database's owner may add it.
create extension if not exists pg_trgm;

-- Every subject that owns or was given something, and whether it was erased since. Whatever adds rows for a
-- subject holds a lock on its row here, so that erasing leaves nothing behind, whatever runs at the same time.
create table subject (
  id uuid primary key,
  erase_time timestamptz(3)
);

create table resource (
  id uuid primary key default gen_random_uuid(),
  owner uuid not null references subject (id),
  title text not null,
  content text not null,
  visibility text not null,
  -- Milliseconds, as callers see them: what is shown and what pages are cut by are the same.
  create_time timestamptz(3) not null default clock_timestamp(),
  update_time timestamptz(3) not null default clock_timestamp(),
  version bigint not null default 1,
  -- What made it, so that the same request makes nothing twice.
  request_id uuid,
  request_digest bytea,
  constraint resource_title_length check (char_length(title) between 1 and 200),
  constraint resource_content_length check (char_length(content) <= 65536),
  constraint resource_visibility check (visibility in ('private', 'internal')),
  constraint resource_request unique (owner, request_id),
  constraint resource_request_digest check ((request_id is null) = (request_digest is null))
);

-- What one person owns is a short list, sorted when it is asked for in another order than this.
create index resource_owned on resource (owner, create_time, id);

-- What everyone may see can be long: each order has its index. Titles by code point ("C"), which no update of
-- the operating system ever changes.
create index resource_internal_by_create_time on resource (create_time, id) where visibility = 'internal';
create index resource_internal_by_update_time on resource (update_time, id) where visibility = 'internal';
create index resource_internal_by_title on resource ((lower(title) collate "C"), id) where visibility = 'internal';

-- For those who reach everything, in the order they get unless they ask for another.
create index resource_by_create_time on resource (create_time, id);

-- Three characters and more are found through this one.
create index resource_title_search on resource using gin (lower(title) gin_trgm_ops);

create table share (
  resource_id uuid not null,
  subject uuid not null references subject (id),
  role text not null,
  create_time timestamptz(3) not null default clock_timestamp(),
  primary key (resource_id, subject),
  constraint share_resource foreign key (resource_id) references resource (id) on delete cascade,
  constraint share_role check (role in ('viewer', 'editor'))
);

create index share_of_subject on share (subject, resource_id);
create index share_in_order on share (resource_id, create_time, subject);
