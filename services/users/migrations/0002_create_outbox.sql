-- migrate:up
-- Audit events on their way to auth, each written in the transaction of its action.
create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null default gen_random_uuid(),
  topic text not null,
  key text not null,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp(),
  attempts integer not null default 0,
  last_error text,
  parked_at timestamptz
);
create index outbox_key_id on outbox (key, id);
