import { provisionDatabase, ProvisionError } from './provision-database.js';

export interface ProvisionUrls {
  /** Of a role that may create databases and roles. */
  readonly ADMIN_URL: string;
  /** What the service connects with. */
  readonly DATABASE_URL: string;
  /** What its migrations connect with. */
  readonly OWNER_URL: string;
}

/**
 * Makes a database and its two roles so that the two URLs work: the secrets of the service and of its migrations
 * are the only place where the passwords are written down.
 * @throws ProvisionError, also when the URLs do not belong together
 */
export async function provisionFromUrls({
  ADMIN_URL,
  DATABASE_URL,
  OWNER_URL,
}: ProvisionUrls): Promise<void> {
  const service = new URL(DATABASE_URL);
  const owner = new URL(OWNER_URL);
  const database = service.pathname.slice(1);
  if (owner.pathname !== service.pathname)
    throw new ProvisionError('The service and the owner name different databases.');
  if (service.username !== database || owner.username !== `${database}_owner`)
    throw new ProvisionError(`The roles of ${database} are called ${database} and ${database}_owner.`);
  await provisionDatabase({
    adminUrl: ADMIN_URL,
    database,
    password: decodeURIComponent(service.password),
    ownerPassword: decodeURIComponent(owner.password),
  });
}
