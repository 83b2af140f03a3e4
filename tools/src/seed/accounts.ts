import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.js';
import { StartFault } from '../start/start-fault.js';

/** An account of the demo data. Its password is printed: it guards nothing. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly roles: readonly string[];
}

/** One account for each role. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { email: 'ursula@example.com', password: 'quiet-otter-paints-1', displayName: 'Ursula', roles: ['user'] },
  {
    email: 'edgar@example.com',
    password: 'brave-heron-writes-2',
    displayName: 'Edgar',
    roles: ['user', 'editor'],
  },
  {
    email: 'ada@example.com',
    password: 'calm-badger-decides-3',
    displayName: 'Ada',
    roles: ['user', 'admin'],
  },
];

/** The demo account that holds this role. */
export function demoAccount(role: string): DemoAccount {
  const account = DEMO_ACCOUNTS.find(({ roles }) => roles.at(-1) === role);
  if (!account) throw new Error(`no demo account is ${role}`);
  return account;
}

/**
 * Makes the demo accounts that are not there yet, with auth's own command.
 *
 * @param environment auth's settings
 * @throws StartFault with what the command said
 */
export async function seedAccounts(environment: Readonly<Record<string, string>>): Promise<void> {
  const command = join(repositoryRoot, 'services/auth/dist/cli/seed.js');
  const child = spawn(process.execPath, [command, 'accounts'], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.end(JSON.stringify(DEMO_ACCOUNTS));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new StartFault(`The demo accounts could not be made: ${said.trim()}`);
}
