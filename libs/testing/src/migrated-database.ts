import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProvisionedDatabase } from '@gatehouse/migrations';
import type { Sql } from 'postgres';

/** Of the templates that are made at one time: any number that is nobody else's. */
const TEMPLATE_LOCK = 7_365_726_576;

const PASSWORDS = { password: 'run-time', ownerPassword: 'owner' };

/**
 * Makes a database with migrations run: a copy of one that the first suite to ask makes, which takes a tenth of the time. The
 * two roles are those of that one, and so shared by all suites of the same migrations.
 *
 * @param adminUrl of a server that ends with the run, as what copies are made of stays
 * @param dir folder of migrations
 */
export async function migratedDatabase(
  adminUrl: string,
  database: string,
  dir: string,
): Promise<ProvisionedDatabase> {
  const { default: postgres } = await import('postgres');
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  try {
    const role = `template_${await digestOf(dir)}`;
    await makeTemplate(admin, adminUrl, role, dir);
    const owner = `${role}_owner`;
    await admin`create database ${admin(database)} template ${admin(role)} owner ${admin(owner)}`;
    // Who may connect is not copied.
    await admin`revoke all on database ${admin(database)} from public`;
    await admin`grant connect on database ${admin(database)} to ${admin(role)}`;
    const urlOf = (username: string, password: string) =>
      Object.assign(new URL(adminUrl), { username, password, pathname: `/${database}` }).href;
    return { url: urlOf(role, PASSWORDS.password), ownerUrl: urlOf(owner, PASSWORDS.ownerPassword) };
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/** Makes it unless it is there: suites run in several processes. */
async function makeTemplate(admin: Sql, adminUrl: string, name: string, dir: string): Promise<void> {
  await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`;
  const [made] = await admin`select from pg_database where datname = ${name} and datistemplate`;
  if (made === undefined) {
    const { migrate, provisionDatabase } = await import('@gatehouse/migrations');
    const { ownerUrl } = await provisionDatabase({ adminUrl, database: name, ...PASSWORDS });
    await migrate({ url: ownerUrl, dir });
    await admin`alter database ${admin(name)} is_template true`;
  }
  await admin`select pg_advisory_unlock(${TEMPLATE_LOCK})`;
}

async function digestOf(dir: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(dir)).toSorted())
    hash.update(file).update(await readFile(join(dir, file)));
  return hash.digest('hex').slice(0, 16);
}
