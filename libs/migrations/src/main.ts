import { ConfigFault } from '@gatehouse/config';
import { readMigrateSettings, readProvisionSettings } from './config.js';
import { migrate, MigrationError } from './migrate.js';
import { ProvisionError } from './provision-database.js';
import { provisionFromUrls } from './provision-from-urls.js';

const USAGE = `usage: node dist/main.js provision    make a service's database and its two roles, as an admin
       node dist/main.js migrate      bring its schema up to date, as its owner`;

/** Jobs that run before the services; two of them, as they need different rights. */
const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  provision: () => provisionFromUrls(readProvisionSettings()),
  migrate: () => {
    const { OWNER_URL, FOLDER } = readMigrateSettings();
    return migrate({ url: OWNER_URL, dir: FOLDER });
  },
};

class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

const EXPECTED = [ConfigFault, MigrationError, ProvisionError, UsageFault];

try {
  const [name = '', ...rest] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || rest.length > 0) throw new UsageFault(USAGE);
  await command();
  process.stdout.write(`${name}: done\n`);
} catch (error) {
  // One clear line for what can be put right; a stack for what should not happen.
  if (EXPECTED.some((kind) => error instanceof kind)) process.stderr.write(`${(error as Error).message}\n`);
  else console.error(error);
  process.exitCode = 1;
}
