-- migrate:up
-- Where one process of the server crashes, the others are started anew and the server's start stays what it was, while
-- the numbers of transactions that had left nothing on disk are given out again: a row that gets one would lie below
-- the position that has been read. Recovery begins the server's counters anew, and says when. Whoever resets them by
-- hand has the history read once more. Both times are in hexadecimal, as an epoch has 64 characters at most.
create or replace view revocation_history as
  select id || '.' || to_hex((extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint)
    || '.' || to_hex(coalesce((extract(epoch from stats_reset) * 1000000)::bigint, 0)) as epoch
  from revocation_epoch cross join pg_stat_archiver;
