import { readSettings, type Environment } from '@gatehouse/config';
import { z } from 'zod';

const url = z.url({ protocol: /^postgres(ql)?$/ });

const provisionSchema = z.object({
  /** Of a role that may create databases and roles. */
  ADMIN_URL: url,
  /** Of the run-time role to be: its password and the database's name are taken from here. */
  DATABASE_URL: url,
  /** Of the owner to be: its password is taken from here. */
  OWNER_URL: url,
});

const migrateSchema = z.object({
  /** Of the database's owner. */
  OWNER_URL: url,
  /** Folder of the service's migrations. */
  FOLDER: z.string().min(1),
});

/** What the command `provision` needs. */
export type ProvisionSettings = Readonly<z.output<typeof provisionSchema>>;

/** What the command `migrate` needs. */
export type MigrateSettings = Readonly<z.output<typeof migrateSchema>>;

/** @throws ConfigFault naming every fault */
export function readProvisionSettings(environment: Environment = process.env): ProvisionSettings {
  return readSettings(provisionSchema, environment);
}

/** @throws ConfigFault naming every fault */
export function readMigrateSettings(environment: Environment = process.env): MigrateSettings {
  return readSettings(migrateSchema, environment);
}
