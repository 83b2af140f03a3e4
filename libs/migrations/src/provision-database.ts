import postgres from 'postgres';

/** What is made, and at which server. */
export interface ProvisionOptions {
  /** Connection URL of a role that may create databases and roles; PostgreSQL 15 or newer. */
  readonly adminUrl: string;
  /** Name of the database and of its run-time role; lower case letters, digits and underscores. */
  readonly database: string;
  readonly password: string;
  readonly ownerPassword: string;
}

/** A database that is there, and the two roles that reach it. */
export interface ProvisionedDatabase {
  /** As the run-time role: select, insert, update, delete on the owner's tables, and no DDL. */
  readonly url: string;
  /** As `<database>_owner`: owns the schema, runs migrations. */
  readonly ownerUrl: string;
}

/** The server cannot hold Gatehouse's databases; one sentence says why. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError';
}

/** In this version the schema `public` stopped being writable for everyone. */
const OLDEST_MAJOR_VERSION = 15;

/** SQLSTATE duplicate_object, and unique_violation when two sessions create the same role at once. */
const ALREADY_THERE = new Set(['42710', '23505']);

/**
 * Makes a database of one's own with its two roles, or makes an existing one right again (passwords, grants):
 * calling it twice is the same as once. What the owner creates in `public` later is open to the run-time role
 * through default privileges, so migrations need no grants.
 * @throws ProvisionError
 */
export async function provisionDatabase(options: ProvisionOptions): Promise<ProvisionedDatabase> {
  const { adminUrl, database } = options;
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(database))
    throw new ProvisionError(`"${database}" cannot name a database.`);
  const owner = `${database}_owner`;
  const admin = connect(adminUrl);
  try {
    await requireVersion(admin);
    await ensureRole(admin, owner, options.ownerPassword);
    await ensureRole(admin, database, options.password);
    const [exists] = await admin`select 1 from pg_database where datname = ${database}`;
    if (exists === undefined) {
      // A database can only be given to a role one is a member of, unless one is superuser.
      await admin`grant ${admin(owner)} to current_user`;
      await admin`create database ${admin(database)} owner ${admin(owner)}`;
    }
  } finally {
    await admin.end({ timeout: 5 });
  }
  const provisioned = {
    url: urlFor(adminUrl, database, database, options.password),
    ownerUrl: urlFor(adminUrl, database, owner, options.ownerPassword),
  };
  await grantRunTimeRights(provisioned.ownerUrl, database);
  return provisioned;
}

/** Drops the database, ending its connections, and both roles. Does nothing about what is not there. */
export async function dropDatabase({
  adminUrl,
  database,
}: {
  adminUrl: string;
  database: string;
}): Promise<void> {
  const admin = connect(adminUrl);
  try {
    await admin`drop database if exists ${admin(database)} with (force)`;
    await admin`drop role if exists ${admin(database)}`;
    await admin`drop role if exists ${admin(`${database}_owner`)}`;
  } finally {
    await admin.end({ timeout: 5 });
  }
}

async function requireVersion(admin: postgres.Sql): Promise<void> {
  const [row] = await admin<{ version: string }[]>`select current_setting('server_version_num') as version`;
  const major = Math.floor(Number(row?.version) / 10_000);
  if (major < OLDEST_MAJOR_VERSION) {
    throw new ProvisionError(
      `PostgreSQL ${OLDEST_MAJOR_VERSION} or newer is needed, this server is ${major}.`,
    );
  }
}

// Utility statements take no parameters: names are quoted by the driver, passwords by the server itself.
async function ensureRole(admin: postgres.Sql, role: string, password: string): Promise<void> {
  await admin`create role ${admin(role)} login`.catch((error: unknown) => {
    if (!(error instanceof postgres.PostgresError && ALREADY_THERE.has(error.code))) throw error;
  });
  const [row] = await admin<{ statement: string }[]>`
    select format('alter role %I with login password %L', ${role}::text, ${password}::text) as statement`;
  await admin.unsafe(row?.statement ?? '');
}

async function grantRunTimeRights(ownerUrl: string, database: string): Promise<void> {
  const owner = connect(ownerUrl);
  const role = owner(database);
  try {
    await owner`revoke all on database ${owner(database)} from public`;
    await owner`grant connect on database ${owner(database)} to ${role}`;
    await owner`grant usage on schema public to ${role}`;
    await owner`alter default privileges in schema public grant select, insert, update, delete on tables to ${role}`;
    await owner`alter default privileges in schema public grant usage, select on sequences to ${role}`;
  } finally {
    await owner.end({ timeout: 5 });
  }
}

function connect(url: string): postgres.Sql {
  return postgres(url, { max: 1, prepare: false, onnotice: () => undefined });
}

function urlFor(adminUrl: string, database: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password); // the setter leaves a % as it is
  return url.href;
}
