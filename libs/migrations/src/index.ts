export { migrate, type MigrateOptions, MigrationError } from './migrate.js';
export {
  dropDatabase,
  provisionDatabase,
  type ProvisionedDatabase,
  ProvisionError,
  type ProvisionOptions,
} from './provision-database.js';
