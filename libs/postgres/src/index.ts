export { containsPattern } from './contains-pattern.js';
export { databaseError, isForeignKeyViolation, isRetryableConflict } from './database-error.js';
export type { ConnectionOptions } from './connection-options.js';
export { type Database, openPool } from './database.js';
export type { WarningLog } from './log.js';
export { observeOutbox } from './outbox/observe-outbox.js';
export { OutboxDispatcher, type OutboxDispatcherOptions } from './outbox/outbox-dispatcher.js';
export {
  type JsonValue,
  type NewOutboxEvent,
  type OutboxBacklog,
  type OutboxEvent,
  UndeliverableEvent,
} from './outbox/outbox-event.js';
export { type ClaimOptions, OutboxStore } from './outbox/outbox.store.js';
export { pageSize, type PageSizeLimits } from './paging/page-size.js';
export { type CursorValue, pageTokens, type PageTokenOptions, type PageTokens } from './paging/page-token.js';
export type { PoolOptions } from './pool.js';
export type { Sql, TransactionSql } from './sql.js';
export { LookedUp } from './telemetry/looked-up.js';
export type { TransactionOptions } from './transaction.js';
