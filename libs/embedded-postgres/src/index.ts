export { EmbeddedPostgresError, type EmbeddedPostgresReason } from './embedded-postgres-error.js';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './start-embedded-postgres.js';
