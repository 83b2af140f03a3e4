-- migrate:up
-- What verifiers must refuse, written in the transaction of its cause. `seq` is no order of commits: a reader
-- that follows the table reads rows whose `xid` is below pg_snapshot_xmin(pg_current_snapshot()).
create table revocation (
  seq bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  kind text not null,
  -- What is revoked, by kind: a jti, a sid, a subject, a client ID, a kid; empty for `everything`.
  key text not null,
  -- Tokens issued up to this moment are refused; null refuses all.
  not_before timestamptz,
  -- No token that the row speaks of is valid after this.
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint revocation_kind check (
    kind in ('token', 'session', 'family', 'api_key', 'subject', 'client', 'signing_key', 'everything')
  ),
  constraint revocation_not_before check (
    (not_before is not null) = (kind in ('subject', 'client', 'everything'))
  )
);
create index revocation_by_expiry on revocation (expires_at);
