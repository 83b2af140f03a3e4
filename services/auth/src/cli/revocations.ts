import { restoreRevocations } from '../revocation/restore-revocations.js';
import { commandOrigin } from './command-origin.js';
import { runCommand, UsageFault } from './run-command.js';

const USAGE = `usage: node dist/cli/revocations.js restored
Run once after the database was restored from a backup, before the service starts: what was revoked since the backup
is forgotten, so every access token, sign-in, session and signing key from before is ended. API keys are listed by
number; those revoked since the backup are good again until someone revokes them anew.`;

await runCommand(async (context) => {
  const [command, ...rest] = process.argv.slice(2);
  if (command !== 'restored' || rest.length > 0) throw new UsageFault(USAGE);
  const { signIns, apiKeys } = await restoreRevocations(context, commandOrigin('RestoreRevocations'));
  process.stdout.write(
    `a new epoch has begun; sign-ins ended: ${signIns}; API keys to look through: ${apiKeys}\n`,
  );
});
