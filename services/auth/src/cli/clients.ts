import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { isUuid } from '@gatehouse/aip';
import type { AuthContext } from '../auth-context.js';
import { registerClient } from '../client/create-client.js';
import { shutOut } from '../client/disable-client.js';
import { renewSecret } from '../client/rotate-client-secret.js';
import { describedClient } from './described-client.js';
import { commandOrigin } from './command-origin.js';
import { runCommand, UsageFault } from './run-command.js';

const USAGE = `usage: npm run clients -- list
       npm run clients -- create [CLIENT.json]                       prints its ID and its secret, if it has one
       npm run clients -- rotate-secret ID [--overlap SECONDS]       prints the new secret; the old one is good for a day
       npm run clients -- disable ID                                 shut it out, for good
CLIENT.json, or standard input: the client as POST /v1/clients takes it`;

/** As the contract has it: 30 days. */
const MAX_OVERLAP_SECONDS = 2_592_000;

/** How many clients are read at once. */
const PAGE = 200;

await runCommand(async (context) => {
  const [command, argument, ...rest] = process.argv.slice(2);
  if (command === 'list' && argument === undefined) return list(context);
  if (command === 'create' && rest.length === 0) return create(context, argument);
  if (argument === undefined || (command !== 'rotate-secret' && command !== 'disable'))
    throw new UsageFault(USAGE);
  if (!isUuid(argument)) throw new UsageFault(`an ID of a client is a UUID, which ${argument} is not`);
  if (command === 'rotate-secret') {
    const secret = await renewSecret(context, argument, overlapOf(rest), commandOrigin('RotateClientSecret'));
    process.stdout.write(`secret ${secret}\n`);
    return;
  }
  if (rest.length > 0) throw new UsageFault(USAGE);
  await shutOut(context, argument, commandOrigin('DisableClient'));
});

async function list({ clients, database }: AuthContext): Promise<void> {
  for (let after: { sortKey: string; id: string } | undefined, full = true; full;) {
    const rows = await clients.list(database.sql, after, PAGE);
    for (const { id, kind, displayName, disableTime } of rows)
      process.stdout.write(
        `${id}  ${kind.padEnd(7)}  ${disableTime ? 'disabled' : 'in use  '}  ${displayName}\n`,
      );
    full = rows.length === PAGE;
    after = rows.at(-1);
  }
}

async function create(context: AuthContext, file: string | undefined): Promise<void> {
  const client = describedClient(await read(file));
  const { row, secret } = await registerClient(context, client, commandOrigin('CreateClient'));
  process.stdout.write(`client ${row.id}\n`);
  if (secret !== '') process.stdout.write(`secret ${secret}\n`);
}

async function read(file: string | undefined): Promise<string> {
  if (file === undefined) return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageFault((error as Error).message, { cause: error });
  }
}

function overlapOf([option, value, ...rest]: readonly string[]): number | undefined {
  if (option === undefined) return undefined;
  const seconds = Number(value);
  const isOverlap = /^\d+$/.test(value ?? '') && seconds <= MAX_OVERLAP_SECONDS;
  if (option !== '--overlap' || !isOverlap || rest.length > 0) throw new UsageFault(USAGE);
  return seconds;
}
