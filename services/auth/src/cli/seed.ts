import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { runCommand, UsageFault } from './run-command.js';
import { bootstrapAdmin, ensureAccounts, seedAccounts } from './seed-accounts.js';

const USAGE = `usage: node dist/cli/seed.js accounts [ACCOUNTS.json]          (not in production)
       node dist/cli/seed.js bootstrap-admin [ACCOUNTS.json]
ACCOUNTS.json, or standard input: [{ "email", "password", "displayName", "roles": [] }]`;

// Passwords come by a file or standard input: arguments show in the process list.
await runCommand(async (context, settings) => {
  const [command, file, ...rest] = process.argv.slice(2);
  const seed = command === 'accounts' ? ensureAccounts : bootstrapAdmin;
  if (rest.length > 0 || (command !== 'accounts' && command !== 'bootstrap-admin'))
    throw new UsageFault(USAGE);
  if (command === 'accounts' && settings.ENVIRONMENT === 'production') {
    throw new UsageFault('production has no seeded accounts; use bootstrap-admin');
  }
  const made = await seed(context, readAccounts(await read(file)));
  for (const email of made) process.stdout.write(`made ${email}\n`);
});

async function read(file: string | undefined): Promise<string> {
  if (file === undefined) return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageFault((error as Error).message, { cause: error });
  }
}

function readAccounts(input: string) {
  try {
    return seedAccounts.parse(JSON.parse(input));
  } catch {
    // The input holds passwords: nothing of it is quoted.
    throw new UsageFault(USAGE);
  }
}
