import { z } from 'zod';
import { createAccount } from '../account/create-account.js';
import { emailKey } from '../account/email-key.js';
import type { AuthContext } from '../auth-context.js';
import { AppError } from '@gatehouse/errors';
import { authReasons } from '../reasons.js';
import { ADMIN, ROLES } from '../role/roles.js';
import { commandOrigin } from './command-origin.js';
import { UsageFault } from './run-command.js';

const role = z.string().refine((name) => ROLES.has(name), 'is no role');

/** Accounts as a seed file lists them. */
export const seedAccounts = z.array(
  z.strictObject({
    email: z.email().max(254),
    password: z.string(),
    displayName: z.string().min(1).max(100),
    roles: z.array(role).default([]),
  }),
);

/** One account to be there. */
export type SeedAccount = z.output<typeof seedAccounts>[number];

/**
 * Makes the accounts that are not there yet, as Register would; those that are keep what they have.
 *
 * @returns the addresses of those that were made
 * @throws AppError PASSWORD_REFUSED
 */
export async function ensureAccounts(
  context: AuthContext,
  accounts: readonly SeedAccount[],
): Promise<string[]> {
  const made: string[] = [];
  for (const account of accounts) {
    const { database } = context;
    if (await context.accounts.findByEmailKey(database.sql, emailKey(account.email))) continue;
    try {
      // The operator vouches for the address.
      const vouched = { ...account, emailVerified: true };
      await createAccount(context, vouched, commandOrigin('SeedAccount'));
      made.push(account.email);
    } catch (error) {
      // Another process made it a moment ago.
      if (!(error instanceof AppError && error.reason === authReasons.EMAIL_TAKEN.reason)) throw error;
    }
  }
  return made;
}

/**
 * Makes the first admin, in production too. Does nothing once there is an admin.
 *
 * @throws UsageFault unless exactly one account is given
 */
export async function bootstrapAdmin(
  context: AuthContext,
  accounts: readonly SeedAccount[],
): Promise<string[]> {
  const [account, ...more] = accounts;
  if (!account || more.length > 0) throw new UsageFault('bootstrap-admin makes exactly one account');
  if (await context.roles.hasAdmin(context.database.sql)) return [];
  return ensureAccounts(context, [{ ...account, roles: [ADMIN] }]);
}
