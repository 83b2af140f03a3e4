-- migrate:up
-- Mails that were refused for good end a while later; what waits is not read for that.
create index outbox_parked on outbox (parked_at) where parked_at is not null;
