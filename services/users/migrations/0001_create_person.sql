-- migrate:up

-- For searching inside names and addresses. A trusted extension: the database's owner may add it.
create extension if not exists pg_trgm;

-- One row for every subject that was ever heard of. An erased person's row stays behind, emptied, so that news
-- of the account that arrives late or twice finds it and changes nothing: the primary key decides every race.
create table person (
  id uuid primary key,
  email text not null,
  display_name text not null,
  bio text not null default '',
  -- Milliseconds, as callers see them: what is shown and what is compared are the same.
  create_time timestamptz(3) not null,
  update_time timestamptz(3) not null default clock_timestamp(),
  version bigint not null default 1,
  erase_time timestamptz(3),
  constraint person_email_length check (char_length(email) <= 254),
  constraint person_display_name_length check (char_length(display_name) <= 100),
  constraint person_bio_length check (char_length(bio) <= 1000),
  constraint person_named check (erase_time is not null or display_name <> ''),
  constraint person_erased_empty check (erase_time is null or (email = '' and display_name = '' and bio = ''))
);

-- The order of the directory. By code point ("C"), which no update of the operating system ever changes.
create index person_directory on person ((lower(display_name) collate "C"), id) where erase_time is null;

-- Three characters and more are found through these; fewer by walking the directory until a page is full.
create index person_display_name_search on person using gin (lower(display_name) gin_trgm_ops) where erase_time is null;
create index person_email_search on person using gin (lower(email) gin_trgm_ops) where erase_time is null;
