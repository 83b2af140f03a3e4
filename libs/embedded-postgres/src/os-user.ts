import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** The user a child process is started as, in the form `child_process.spawn` takes. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** In order of preference. `nobody` exists on every distribution and in every base image worth the name. */
const PREFERRED_NAMES = ['postgres', 'nobody', 'daemon'];

/**
 * The user that initdb and postgres run as: undefined means ourselves. PostgreSQL refuses to run as root, so
 * root lends the processes to an unprivileged user: the owner of the data where there is data already,
 * otherwise a system user. No user is created. initdb looks its user up by name, so a bare number will not do.
 * @throws EmbeddedPostgresError NO_UNPRIVILEGED_USER
 */
export async function serverUser(dataDir: string): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  for (const name of PREFERRED_NAMES) {
    const user = users.get(name);
    if (user !== undefined && user.uid !== 0) return user;
  }
  throw new EmbeddedPostgresError(
    'NO_UNPRIVILEGED_USER',
    `PostgreSQL does not run as root and /etc/passwd names none of ${PREFERRED_NAMES.join(', ')}: run as an ordinary user, or set DATABASE_URL to a server of your own.`,
  );
}

/** passwd(5): name:password:UID:GID:comment:home:shell. */
function parsePasswd(text: string): Map<string, OsUser> {
  const users = new Map<string, OsUser>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid && /^\d+$/.test(uid) && /^\d+$/.test(gid))
      users.set(name, { uid: +uid, gid: +gid });
  }
  return users;
}
